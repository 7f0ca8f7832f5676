using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
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
        size == 8 ? High(a, b) : (a * b) >> Widths.Bits(size);

    [MicroOpMethod(MicroOpCode.MultiplyHighSigned)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HighSigned(ulong a, ulong b, int size) => size == 8
        ? HighSigned(a, b)
        : (ulong)((Widths.SignExtend(a, size) * Widths.SignExtend(b, size)) >> Widths.Bits(size));

    [MicroOpMethod(MicroOpCode.MultiplyOverflowUnsigned)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OverflowUnsigned(ulong a, ulong b, int size) => HighUnsigned(a, b, size) != 0 ? 1UL : 0UL;

    [MicroOpMethod(MicroOpCode.MultiplyOverflowSigned)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong OverflowSigned(ulong a, ulong b, int size)
    {
        if (size == 8)
            return HighSigned(a, b) != (ulong)((long)(a * b) >> 63) ? 1UL : 0UL;
        long product = Widths.SignExtend(a, size) * Widths.SignExtend(b, size);
        return product != Widths.SignExtend((ulong)product, size) ? 1UL : 0UL;
    }

    // Math.BigMul passes its low half through memory, even when nobody wants it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong a, ulong b) => Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(a, b) : Math.BigMul(a, b, out _);

    /// <summary>A negative factor was taken for one 2^64 too large; that is subtracted again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HighSigned(ulong a, ulong b) => High(a, b) - (b & (ulong)((long)a >> 63)) - (a & (ulong)((long)b >> 63));
}
