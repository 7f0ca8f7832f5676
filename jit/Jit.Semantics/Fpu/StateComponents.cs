using Rebound.Jit.Cpu;

namespace Rebound.Jit.Semantics;

/// <summary>The components of the extended state: which hold anything, and their initial configurations (Intel SDM vol. 1, 13.6).</summary>
internal static unsafe class StateComponents
{
    private const ushort InitialControl = 0x37f;
    private const ushort AllEmpty = 0xffff;
    private const uint InitialMxcsr = 0x1f80;
    private const int HalfWords = CpuState.VectorStride / 16;
    private const int StrideWords = CpuState.VectorStride / 8;

    /// <summary>XINUSE as XGETBV shows it: decided by the values alone; MXCSR counts as SSE's.</summary>
    public static ulong InUse(CpuState* state) => InUseWithoutMxcsr(state) | (state->Mxcsr != InitialMxcsr ? ExtendedState.Sse : 0);

    /// <summary>XINUSE as XSAVEOPT sees it, which always stores MXCSR.</summary>
    public static ulong InUseWithoutMxcsr(CpuState* state)
    {
        ulong low = 0;
        ulong high = 0;
        for (int i = 0; i < CpuState.VectorCount; i++)
        {
            ulong* vector = state->Vectors + (StrideWords * i);
            low |= vector[0] | vector[1];
            high |= vector[HalfWords] | vector[HalfWords + 1];
        }

        return (IsX87InUse(state) ? ExtendedState.X87 : 0) | (low != 0 ? ExtendedState.Sse : 0) | (high != 0 ? ExtendedState.Avx : 0);
    }

    public static void InitializeX87(CpuState* state)
    {
        FpuState.Initialize(state);
        new Span<ulong>(state->X87, 16).Clear();
    }

    public static void InitializeVectors(CpuState* state)
    {
        for (int i = 0; i < CpuState.VectorCount; i++)
            new Span<ulong>(state->Vectors + (StrideWords * i), HalfWords).Clear();
    }

    public static void InitializeMxcsr(CpuState* state) => state->Mxcsr = InitialMxcsr;

    /// <summary>The upper half of a vector register.</summary>
    public static Span<byte> UpperHalf(CpuState* state, int register) =>
        new((byte*)state->Vectors + (CpuState.VectorStride * register) + 16, 16);

    private static bool IsX87InUse(CpuState* state)
    {
        if (state->Fcw != InitialControl || state->Fsw != 0 || state->Ftw != AllEmpty)
            return true;
        ulong any = 0;
        for (int i = 0; i < 16; i += 2)
            any |= state->X87[i] | (ushort)state->X87[i + 1];
        return any != 0;
    }
}
