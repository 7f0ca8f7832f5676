using System.Globalization;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Ir;

/// <summary>
/// Checks what executors rely on in a block: register numbers in range, temporaries defined before use within their instruction, immediates
/// only where they may be, sizes, the order "whatever may exit, then changes of registers and flags", and the list of instructions.
/// </summary>
public static class MicroVerifier
{
    /// <summary>Complaints about the block, each naming the micro-op; empty if it is well-formed.</summary>
    public static IReadOnlyList<string> Verify(MicroBlock block)
    {
        List<string> errors = [];
        CheckInstructions(block, errors);
        ulong defined = 0;
        for (int i = 0; i < block.InstructionCount; i++)
        {
            defined = 0;
            ulong definedVectors = 0;
            bool committed = false;
            int end = i + 1 < block.InstructionCount ? block.Instructions[i + 1].FirstOp : block.OpCount;
            for (int index = block.Instructions[i].FirstOp; index < end && index < block.OpCount; index++)
            {
                MicroOp op = block.OpSpan[index];
                foreach (string problem in Problems(op, ref defined, ref definedVectors, ref committed))
                    errors.Add(string.Create(CultureInfo.InvariantCulture, $"op {index} ({MicroPrinter.Print(op)}): {problem}"));
            }
        }

        CheckTerminal(block, defined, errors);
        return errors;
    }

    private static void CheckInstructions(MicroBlock block, List<string> errors)
    {
        int offset = 0;
        int first = 0;
        if (block.InstructionCount == 0)
            errors.Add("no instructions");
        foreach (GuestInstruction instruction in block.Instructions)
        {
            if (instruction.Offset != offset)
                errors.Add($"instruction at offset {instruction.Offset}, expected {offset}");
            if (instruction.Length is 0 or > 15)
                errors.Add($"instruction of {instruction.Length} bytes");
            if (instruction.FirstOp < first || instruction.FirstOp > block.OpCount)
                errors.Add($"first micro-op {instruction.FirstOp} out of order");
            offset = instruction.Offset + instruction.Length;
            first = instruction.FirstOp;
        }

        if (block.InstructionCount > 0 && block.Instructions[0].FirstOp != 0)
            errors.Add("micro-ops before the first instruction");
        if (offset != block.ByteLength)
            errors.Add($"instructions cover {offset} bytes, the block {block.ByteLength}");
    }

    private static void CheckTerminal(MicroBlock block, ulong defined, List<string> errors)
    {
        Terminal terminal = block.Terminal;
        if (terminal.Kind is TerminalKind.Indirect or TerminalKind.BranchNonZero)
        {
            if (terminal.Register >= Operand.FirstTemporary + CpuState.TemporaryCount)
                errors.Add("terminal: register out of range");
            else if (terminal.Register >= Operand.FirstTemporary && (defined & (1UL << terminal.Register)) == 0)
                errors.Add($"terminal: temporary {terminal.Register} not defined");
        }

        if (terminal.Kind == TerminalKind.Fault && block.InstructionCount > 0)
        {
            if (block.Instructions[^1].FirstOp != block.OpCount)
                errors.Add("terminal: a faulting instruction has micro-ops");
            if (terminal.Next != block.RipOf(block.InstructionCount - 1))
                errors.Add("terminal: a fault does not name its instruction");
        }
    }

    private static List<string> Problems(in MicroOp op, ref ulong defined, ref ulong definedVectors, ref bool committed)
    {
        List<string> problems = [];
        MicroOpRow row = MicroOpTable.Row(op.Code);
        if (!IsSize(op.Size, row.Shape))
            problems.Add("bad size");
        if (row.Shape == MicroOpShape.Extend && op.Aux is not (2 or 4 or 8))
            problems.Add("bad extension");

        CheckOperands(op, row.Shape, problems);
        CheckDefined(MicroOpOperands.ValueReads(op), defined, "t", problems);
        CheckDefined(MicroOpOperands.VectorReads(op), definedVectors, "vt", problems);

        if (row.MayExit && committed)
            problems.Add("may exit after a register or flag changed");
        ulong writes = MicroOpOperands.ValueWrites(op);
        ulong vectorWrites = MicroOpOperands.VectorWrites(op);
        defined |= writes;
        definedVectors |= vectorWrites;
        // A helper writes vectors last, as it does everything.
        committed |= ((writes | vectorWrites) & MicroOpOperands.GuestRegisters) != 0
            || row.Shape == MicroOpShape.SetFlags
            || row.HelperWritesFlags
            || op.Code is MicroOpCode.SetDirection or MicroOpCode.SetInterrupt or MicroOpCode.SwapGs or MicroOpCode.LoadSegment or MicroOpCode.LoadMxcsr;
        return problems;
    }

    private static bool IsSize(int size, MicroOpShape shape) => shape switch
    {
        MicroOpShape.Vector or MicroOpShape.Vector3 or MicroOpShape.Float or MicroOpShape.Float3 => size is 16 or 32,
        MicroOpShape.VectorWide or MicroOpShape.FloatWide => size == 32,
        MicroOpShape.VectorLoad or MicroOpShape.VectorStore or MicroOpShape.Helper => size is 1 or 2 or 4 or 8 or 16 or 32,
        _ => size is 1 or 2 or 4 or 8,
    };

    private static void CheckDefined(ulong reads, ulong defined, string prefix, List<string> problems)
    {
        ulong undefined = reads & ~defined & ~MicroOpOperands.GuestRegisters;
        for (int register = Operand.FirstTemporary; undefined >> register != 0; register++)
        {
            if (((undefined >> register) & 1) != 0)
                problems.Add($"{prefix}{register - Operand.FirstTemporary} not defined");
        }
    }

    private static void CheckOperands(in MicroOp op, MicroOpShape shape, List<string> problems)
    {
        const Use none = Use.Unchecked;
        (Use dst, Use a, Use b, Use c) = shape switch
        {
            MicroOpShape.Value1 or MicroOpShape.Extend => (Use.Value, Use.ValueOrImmediate, none, none),
            MicroOpShape.Value2 or MicroOpShape.Insert => (Use.Value, Use.ValueOrImmediate, Use.ValueOrImmediate, none),
            MicroOpShape.Value3 or MicroOpShape.Word3 => (Use.Value, Use.ValueOrImmediate, Use.ValueOrImmediate, Use.ValueOrImmediate),
            MicroOpShape.SetFlags => (none, Use.FlagInput, Use.FlagInput, Use.FlagInput),
            MicroOpShape.GetFlags => (Use.Value, none, none, none),
            MicroOpShape.Load => (Use.Value, Use.OptionalValue, Use.OptionalValue, none),
            MicroOpShape.Store => (none, Use.OptionalValue, Use.OptionalValue, Use.Value),
            MicroOpShape.Address => (Use.Value, Use.OptionalValue, Use.OptionalValue, none),
            MicroOpShape.Atomic => (Use.Value, Use.OptionalValue, Use.OptionalValue, op.Code == MicroOpCode.AtomicNegate ? Use.OptionalValue : Use.Value),
            MicroOpShape.VectorLoad => (Use.Vector, Use.OptionalValue, Use.OptionalValue, none),
            MicroOpShape.VectorStore => (none, Use.OptionalValue, Use.OptionalValue, Use.Vector),
            MicroOpShape.Vector or MicroOpShape.VectorWide or MicroOpShape.Float or MicroOpShape.FloatWide => (Use.Vector, Use.Vector, Use.OptionalVector, none),
            MicroOpShape.Vector3 or MicroOpShape.Float3 => (Use.Vector, Use.Vector, Use.Vector, Use.Vector),
            MicroOpShape.VectorToValue => (Use.Value, Use.Vector, none, none),
            MicroOpShape.FloatToValue or MicroOpShape.VectorsToValue or MicroOpShape.WideToValue => (Use.Value, Use.Vector, Use.OptionalVector, none),
            MicroOpShape.ValueToVector or MicroOpShape.ValueToFloat => (Use.Vector, Use.Vector, Use.Value, none),
            _ => (HelperUse(op, VectorOperand.Dst), HelperUse(op, VectorOperand.A), HelperUse(op, VectorOperand.B), HelperUse(op, VectorOperand.C)),
        };
        Check("Dst", op.Dst, dst, problems);
        Check("A", op.A, a, problems);
        Check("B", op.B, b, problems);
        Check("C", op.C, c, problems);
    }

    private static Use HelperUse(in MicroOp op, byte which) =>
        (MicroOpTable.Row(op.Code).VectorOperands & which) != 0 ? Use.OptionalVector : Use.OptionalValue;

    private static void Check(string field, byte operand, Use use, List<string> problems)
    {
        bool good = use switch
        {
            Use.Unchecked => true,
            _ when operand == Operand.None => use is Use.OptionalValue or Use.OptionalVector or Use.FlagInput,
            _ when operand == Operand.Immediate => use is Use.ValueOrImmediate or Use.FlagInput,
            Use.Vector or Use.OptionalVector => operand < Operand.FirstVectorTemporary + CpuState.VectorTemporaryCount,
            _ => operand < Operand.FirstTemporary + CpuState.TemporaryCount,
        };
        if (!good)
            problems.Add($"bad operand {field}");
    }

    private enum Use
    {
        Unchecked,
        Value,
        ValueOrImmediate,
        OptionalValue,

        /// <summary>A register, an immediate, or nothing for 0.</summary>
        FlagInput,
        Vector,
        OptionalVector,
    }
}
