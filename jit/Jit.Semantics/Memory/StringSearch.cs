using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// CMPS and SCAS. The flags are those of the last comparison and are written when the instruction completes: a fault, or the end of
/// a portion, in the middle of a repetition leaves the ones from before the instruction; a debug trap there finds those of the last comparison.
/// With a count of 0 they stay.
/// </summary>
public static unsafe class StringSearch
{
    [MicroOpMethod(MicroOpCode.StringCompare)]
    public static bool Compare(CpuContext context, CpuState* state, MicroOp* op)
    {
        StringOperands operands = new(state, op);
        int portion = operands.Portion;
        while (operands.Count != 0)
        {
            if (portion-- == 0
                || !context.TryLoad(operands.Source, operands.Size, out ulong source)
                || !context.TryLoad(operands.Destination, operands.Size, out ulong destination))
            {
                return false;
            }

            operands.Advance(1, source: true, destination: true);
            if (Ends(operands, op, source == destination))
            {
                SetFlags(state, source, destination, operands.Size);
                return true;
            }

            if (context.EndsIteration)
            {
                SetFlags(state, source, destination, operands.Size);
                return false;
            }
        }

        return true;
    }

    [MicroOpMethod(MicroOpCode.StringScan)]
    public static bool Scan(CpuContext context, CpuState* state, MicroOp* op)
    {
        StringOperands operands = new(state, op);
        ulong wanted = Widths.Truncate(state->Gpr[Operand.Rax], operands.Size);
        int portion = operands.Portion;
        while (operands.Count != 0)
        {
            if (portion-- == 0 || !context.TryLoad(operands.Destination, operands.Size, out ulong value))
                return false;
            operands.Advance(1, source: false, destination: true);
            if (Ends(operands, op, wanted == value))
            {
                SetFlags(state, wanted, value, operands.Size);
                return true;
            }

            if (context.EndsIteration)
            {
                SetFlags(state, wanted, value, operands.Size);
                return false;
            }
        }

        return true;
    }

    private static bool Ends(in StringOperands operands, MicroOp* op, bool equal)
    {
        if (!operands.Repeats || operands.Count == 0)
            return true;
        bool whileEqual = (op->Aux & StringAux.RepeatNotEqual) == 0;
        return equal != whileEqual;
    }

    private static void SetFlags(CpuState* state, ulong a, ulong b, int size)
    {
        state->FlagOp = LazyFlags.Operation(FlagKind.Sub, size);
        state->FlagA = a;
        state->FlagB = b;
        state->FlagC = 0;
    }
}
