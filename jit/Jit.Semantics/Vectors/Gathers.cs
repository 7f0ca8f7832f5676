using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// AVX2's gathers. An element that has been loaded is done for good: its mask becomes zero, and if a later one faults, the instruction
/// starts again with those that are left.
/// </summary>
public static unsafe class Gathers
{
    [MicroOpMethod(MicroOpCode.Gather)]
    public static bool Gather(CpuContext context, CpuState* state, MicroOp* op)
    {
        int size = (op->Aux & GatherAux.Data64) != 0 ? 8 : 4;
        int indexSize = (op->Aux & GatherAux.Index64) != 0 ? 8 : 4;
        int bytes = op->Size / Math.Max(size, indexSize) * size;
        ulong segment = (op->Aux & MemoryAux.Fs) != 0 ? state->FsBase : (op->Aux & MemoryAux.Gs) != 0 ? state->GsBase : 0;
        ulong origin = (op->A == Operand.None ? 0 : state->Gpr[op->A]) + (ulong)op->Imm;
        byte* target = Register(state, op->Dst);
        byte* indices = Register(state, op->B);
        byte* mask = Register(state, op->C);
        for (int i = 0; i < bytes; i += size)
        {
            if ((mask[i + size - 1] & 0x80) == 0)
            {
                // It counts as done: a fault behind it leaves nothing of its mask.
                CpuContext.WriteHost(mask + i, 0, size);
                continue;
            }

            byte* at = indices + (i / size * indexSize);
            long index = indexSize == 8 ? *(long*)at : *(int*)at;
            ulong address = origin + (ulong)(index << (op->Aux & MemoryAux.ScaleMask));
            if ((op->Aux & MemoryAux.Address32) != 0)
                address = (uint)address;
            if (!context.TryLoad(address + segment, size, out ulong element))
            {
                // The trap of a breakpoint that an element met comes before the fault of a later one.
                if (context.BreakpointsMet != 0)
                    state->Exit = ExitReason.None;
                return false;
            }

            CpuContext.WriteHost(target + i, element, size);
            CpuContext.WriteHost(mask + i, 0, size);
        }

        new Span<byte>(target + bytes, CpuState.VectorStride - bytes).Clear();
        new Span<byte>(mask, CpuState.VectorStride).Clear();
        return true;
    }

    private static byte* Register(CpuState* state, int register) => (byte*)state->Vectors + (CpuState.VectorStride * register);
}
