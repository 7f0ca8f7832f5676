using Rebound.Jit.Cpu;

namespace Rebound.Jit.Ir.Passes;

/// <summary>
/// Removes flag computations that nobody can see, and then the value computations on temporaries that only fed them.
/// One backward walk over a block. All flags count as live at its end, and before everything that may leave an instruction: a fault
/// handler sees them.
/// </summary>
public static class DeadFlags
{
    /// <summary>Compacts <paramref name="ops"/> in place and adjusts where the instructions begin.</summary>
    /// <param name="ops">The block's micro-ops.</param>
    /// <param name="instructions">Its guest instructions, in order.</param>
    /// <param name="terminal">Its end; may use a temporary of the last instruction.</param>
    /// <param name="mode">The block's mode.</param>
    /// <returns>How many micro-ops remain.</returns>
    public static int Run(Span<MicroOp> ops, Span<GuestInstruction> instructions, in Terminal terminal, BlockMode mode = BlockMode.None)
    {
        // Kept micro-ops move towards the end of the span while walking backward, and to its start afterwards.
        int write = ops.Length;
        ulong flags = Rflags.Arithmetic;
        int end = ops.Length;
        for (int i = instructions.Length - 1; i >= 0; i--)
        {
            int first = instructions[i].FirstOp;
            // A temporary lives within one instruction.
            ulong live = i == instructions.Length - 1 ? TerminalReads(terminal) : 0;
            for (int index = end - 1; index >= first; index--)
            {
                MicroOp op = ops[index];
                if (Keep(ref op, mode, ref flags, ref live))
                    ops[--write] = op;
            }

            end = first;
            instructions[i] = instructions[i] with { FirstOp = (ushort)write };
        }

        int count = ops.Length - write;
        ops[write..].CopyTo(ops);
        for (int i = 0; i < instructions.Length; i++)
            instructions[i] = instructions[i] with { FirstOp = (ushort)(instructions[i].FirstOp - write) };
        return count;
    }

    private static bool Keep(ref MicroOp op, BlockMode mode, ref ulong flags, ref ulong live)
    {
        if (MicroOpTable.Shape(op.Code) == MicroOpShape.SetFlags)
        {
            if (flags == 0)
                return false;
            if (op.Code == MicroOpCode.SetFlags)
            {
                DropPreservedInput(ref op, flags);
                flags = 0;
            }
        }
        else
        {
            ulong writes = MicroOpOperands.ValueWrites(op);
            if (MicroOpOperands.IsPure(op) && (writes & MicroOpOperands.GuestRegisters) == 0 && (writes & live) == 0)
                return false;
            live &= ~writes;
            flags &= ~MicroOpTable.FlagsWritten(op);
            flags |= MicroOpTable.FlagsRead(op, mode);
        }

        live |= MicroOpOperands.ValueReads(op);
        return true;
    }

    /// <summary>INC and DEC carry the old CF along, bit tests the old ZF: not needed if that flag is dead.</summary>
    private static void DropPreservedInput(ref MicroOp op, ulong live)
    {
        ulong preserved = (FlagKind)op.Aux switch
        {
            FlagKind.Inc or FlagKind.Dec => Rflags.CF,
            FlagKind.BitTest => Rflags.ZF,
            _ => 0,
        };
        if (preserved != 0 && (live & preserved) == 0)
            op.C = Operand.None;
    }

    private static ulong TerminalReads(in Terminal terminal) =>
        terminal.Kind is TerminalKind.Indirect or TerminalKind.BranchNonZero ? 1UL << terminal.Register : 0;
}
