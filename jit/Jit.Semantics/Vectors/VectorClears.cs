using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>VZEROUPPER and VZEROALL.</summary>
public static unsafe class VectorClears
{
    [MicroOpMethod(MicroOpCode.VectorZeroUppers)]
    public static bool ZeroUppers(CpuContext context, CpuState* state, MicroOp* op)
    {
        Vector128<byte>* halves = (Vector128<byte>*)state->Vectors;
        for (int i = 0; i < CpuState.VectorCount; i++)
            halves[(2 * i) + 1] = Vector128<byte>.Zero;
        return true;
    }

    [MicroOpMethod(MicroOpCode.VectorZeroAll)]
    public static bool ZeroAll(CpuContext context, CpuState* state, MicroOp* op)
    {
        new Span<byte>(state->Vectors, CpuState.VectorCount * CpuState.VectorStride).Clear();
        return true;
    }
}
