using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Moves of elements across the halves of 256-bit vectors.</summary>
public static class WideShuffles
{
    /// <summary>The low half of A in both halves.</summary>
    [MicroOpMethod(MicroOpCode.VectorRepeatLow128)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> RepeatLow128(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.Create(a.GetLower(), a.GetLower());
}
