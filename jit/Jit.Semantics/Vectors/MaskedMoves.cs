using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>VMASKMOVPS, MASKMOVDQU and their kin: elements of Aux (1, 4 or 8) bytes whose mask in B is negative. Memory of the others is not looked at.</summary>
public static unsafe class MaskedMoves
{
    /// <summary>Elements not loaded become zero, as does all above Size.</summary>
    [MicroOpMethod(MicroOpCode.MaskedLoad)]
    public static bool Load(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        byte* mask = Register(state, op->B);
        byte* value = stackalloc byte[CpuState.VectorStride];
        new Span<byte>(value, CpuState.VectorStride).Clear();
        for (int i = 0; i < op->Size; i += op->Aux)
        {
            if (!IsSelected(mask, i, op->Aux))
                continue;
            if (!context.TryLoad(address + (uint)i, op->Aux, out ulong element))
                return false;
            CpuContext.WriteHost(value + i, element, op->Aux);
        }

        // The processor reads what lies between, too.
        context.NoteAccess(address, op->Size, write: false);
        new Span<byte>(value, CpuState.VectorStride).CopyTo(new Span<byte>(Register(state, op->Dst), CpuState.VectorStride));
        return true;
    }

    /// <summary>All selected elements or, on a fault, none.</summary>
    [MicroOpMethod(MicroOpCode.MaskedStore)]
    public static bool Store(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong address = state->Gpr[op->A];
        byte* mask = Register(state, op->B);
        byte* value = Register(state, op->C);
        for (int i = 0; i < op->Size; i += op->Aux)
        {
            if (IsSelected(mask, i, op->Aux) && !(context.CheckAlignment(address + (uint)i, op->Aux) && context.TryProbeWrite(address + (uint)i, op->Aux)))
                return false;
        }

        for (int i = 0; i < op->Size; i += op->Aux)
        {
            if (IsSelected(mask, i, op->Aux) && !context.TryStore(address + (uint)i, CpuContext.ReadHost(value + i, op->Aux), op->Aux))
                throw new InvalidOperationException("a store that was probed fails");
        }

        return true;
    }

    private static bool IsSelected(byte* mask, int offset, int size) => (mask[offset + size - 1] & 0x80) != 0;

    private static byte* Register(CpuState* state, int register) => (byte*)state->Vectors + (CpuState.VectorStride * register);
}
