using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// MOVS, STOS and LODS with and without REP. Ascending copies and fills go page by page at the speed of the host.
/// A store into translated code leaves with <see cref="ExitReason.Retry"/>, the registers telling what was done before.
/// </summary>
public static unsafe class StringMoves
{
    [MicroOpMethod(MicroOpCode.StringMove)]
    public static bool Move(CpuContext context, CpuState* state, MicroOp* op)
    {
        StringOperands operands = new(state, op);
        bool chunks = operands.Repeats && operands.Forward && !context.AccessesSingly;
        for (ulong left = (uint)operands.Portion; operands.Count != 0;)
        {
            if (left == 0)
                return false;
            ulong elements = chunks ? Math.Min(Math.Min(left, operands.Count), Math.Min(operands.SourceRoom, operands.DestinationRoom)) : 0;
            if (elements > 1)
            {
                int bytes = (int)elements * operands.Size;
                byte* source = context.TryPointer(operands.Source, bytes, AccessKind.Read);
                if (source == null)
                    return false;
                byte* destination = context.TryPointer(operands.Destination, bytes, AccessKind.Write);
                if (destination == null)
                    return false;
                CopyAscending(source, destination, bytes, operands.Size);
            }
            else
            {
                elements = 1;
                if (!context.TryLoad(operands.Source, operands.Size, out ulong value) || !context.TryStore(operands.Destination, value, operands.Size))
                    return false;
            }

            operands.Advance(elements, source: true, destination: true);
            if (!operands.Repeats)
                return true;
            if (context.EndsIteration)
                return operands.Count == 0;
            left -= elements;
        }

        return true;
    }

    [MicroOpMethod(MicroOpCode.StringStore)]
    public static bool Store(CpuContext context, CpuState* state, MicroOp* op)
    {
        StringOperands operands = new(state, op);
        ulong value = state->Gpr[Operand.Rax];
        bool chunks = operands.Repeats && operands.Forward && !context.AccessesSingly;
        for (ulong left = (uint)operands.Portion; operands.Count != 0;)
        {
            if (left == 0)
                return false;
            ulong elements = chunks ? Math.Min(Math.Min(left, operands.Count), operands.DestinationRoom) : 0;
            if (elements > 1)
            {
                byte* destination = context.TryPointer(operands.Destination, (int)elements * operands.Size, AccessKind.Write);
                if (destination == null)
                    return false;
                Fill(destination, value, (int)elements, operands.Size);
            }
            else
            {
                elements = 1;
                if (!context.TryStore(operands.Destination, value, operands.Size))
                    return false;
            }

            operands.Advance(elements, source: false, destination: true);
            if (!operands.Repeats)
                return true;
            if (context.EndsIteration)
                return operands.Count == 0;
            left -= elements;
        }

        return true;
    }

    [MicroOpMethod(MicroOpCode.StringLoad)]
    public static bool Load(CpuContext context, CpuState* state, MicroOp* op)
    {
        StringOperands operands = new(state, op);
        for (int left = operands.Portion; operands.Count != 0; left--)
        {
            if (left == 0 || !context.TryLoad(operands.Source, operands.Size, out ulong value))
                return false;
            state->Gpr[Operand.Rax] = Widths.Write(state->Gpr[Operand.Rax], value, operands.Size);
            operands.Advance(1, source: true, destination: false);
            if (!operands.Repeats)
                return true;
            if (context.EndsIteration)
                return operands.Count == 0;
        }

        return true;
    }

    /// <summary>Copies as an ascending element-by-element loop does, whose later reads see earlier writes if the destination lies behind the source.</summary>
    private static void CopyAscending(byte* source, byte* destination, int bytes, int size)
    {
        // Compared on the host: two guest pages may map the same frame.
        if (destination <= source || destination >= source + bytes)
        {
            Buffer.MemoryCopy(source, destination, bytes, bytes);
            return;
        }

        for (int i = 0; i < bytes; i += size)
            CpuContext.WriteHost(destination + i, CpuContext.ReadHost(source + i, size), size);
    }

    private static void Fill(byte* destination, ulong value, int elements, int size)
    {
        switch (size)
        {
            case 8:
                new Span<ulong>(destination, elements).Fill(value);
                break;
            case 4:
                new Span<uint>(destination, elements).Fill((uint)value);
                break;
            case 2:
                new Span<ushort>(destination, elements).Fill((ushort)value);
                break;
            default:
                new Span<byte>(destination, elements).Fill((byte)value);
                break;
        }
    }
}
