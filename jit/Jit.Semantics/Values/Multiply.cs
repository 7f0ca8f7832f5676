using System.Runtime.CompilerServices;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Products: low and high half, and whether the high half is significant (CF and OF of MUL and IMUL).</summary>
public static class Multiply
{
    [MicroOpMethod(MicroOpCode.MultiplyLow)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Low(ulong a, ulong b, int size) => a * b;

    [MicroOpMethod(MicroOpCode.MultiplyHighUnsigned)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HighUnsigned(ulong a, ulong b, int size) =>
        size == 8 ? Math.BigMul(a, b, out _) : (a * b) >> Widths.Bits(size);

    [MicroOpMethod(MicroOpCode.MultiplyHighSigned)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HighSigned(ulong a, ulong b, int size) => size == 8
        ? (ulong)Math.BigMul((long)a, (long)b, out _)
        : (ulong)((Widths.SignExtend(a, size) * Widths.SignExtend(b, size)) >> Widths.Bits(size));

    [MicroOpMethod(MicroOpCode.MultiplyOverflowUnsigned)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OverflowUnsigned(ulong a, ulong b, int size) => HighUnsigned(a, b, size) != 0 ? 1UL : 0UL;

    [MicroOpMethod(MicroOpCode.MultiplyOverflowSigned)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OverflowSigned(ulong a, ulong b, int size)
    {
        if (size == 8)
        {
            long high = Math.BigMul((long)a, (long)b, out long low);
            return high != low >> 63 ? 1UL : 0UL;
        }

        long product = Widths.SignExtend(a, size) * Widths.SignExtend(b, size);
        return product != Widths.SignExtend((ulong)product, size) ? 1UL : 0UL;
    }
}
