using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Bit tests, counts and scans, byte order, BMI1 and BMI2.</summary>
public static class BitOps
{
    [MicroOpMethod(MicroOpCode.ByteSwap)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ByteSwap(ulong a, int size) => BinaryPrimitives.ReverseEndianness(a) >> (64 - Widths.Bits(size));

    [MicroOpMethod(MicroOpCode.PopCount)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong PopCount(ulong a, int size) => (ulong)BitOperations.PopCount(a);

    /// <summary>LZCNT: the width for 0.</summary>
    [MicroOpMethod(MicroOpCode.LeadingZeros)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LeadingZeros(ulong a, int size) => (ulong)(BitOperations.LeadingZeroCount(a) - (64 - Widths.Bits(size)));

    /// <summary>TZCNT: the width for 0.</summary>
    [MicroOpMethod(MicroOpCode.TrailingZeros)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong TrailingZeros(ulong a, int size) =>
        // A bit just above the operand stops the count there.
        (ulong)BitOperations.TrailingZeroCount(size == 8 ? a : a | (1UL << Widths.Bits(size)));

    [MicroOpMethod(MicroOpCode.BitScanReverse)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BitScanReverse(ulong a, int size) => (ulong)BitOperations.Log2(a);

    [MicroOpMethod(MicroOpCode.BitTest)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BitTest(ulong a, ulong b, int size) => (a >> Index(b, size)) & 1;

    [MicroOpMethod(MicroOpCode.BitSet)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BitSet(ulong a, ulong b, int size) => a | (1UL << Index(b, size));

    [MicroOpMethod(MicroOpCode.BitReset)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BitReset(ulong a, ulong b, int size) => a & ~(1UL << Index(b, size));

    [MicroOpMethod(MicroOpCode.BitComplement)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BitComplement(ulong a, ulong b, int size) => a ^ (1UL << Index(b, size));

    /// <summary>BEXTR: bits 7..0 of B are the start, bits 15..8 the length.</summary>
    [MicroOpMethod(MicroOpCode.BitFieldExtract)]
    public static ulong BitFieldExtract(ulong a, ulong b, int size)
    {
        int start = (byte)b;
        int length = (byte)(b >> 8);
        ulong field = start >= 64 ? 0 : a >> start;
        return length >= 64 ? field : field & ((1UL << length) - 1);
    }

    /// <summary>BZHI: bits of A from position B (bits 7..0) upwards become 0.</summary>
    [MicroOpMethod(MicroOpCode.ZeroHighBits)]
    public static ulong ZeroHighBits(ulong a, ulong b, int size)
    {
        int count = (byte)b;
        return count >= Widths.Bits(size) ? a : a & ((1UL << count) - 1);
    }

    /// <summary>PDEP: the low bits of A go to the places that are 1 in B.</summary>
    [MicroOpMethod(MicroOpCode.DepositBits)]
    public static ulong DepositBits(ulong a, ulong b, int size)
    {
        if (Bmi2.X64.IsSupported)
            return Bmi2.X64.ParallelBitDeposit(a, b);
        ulong result = 0;
        for (ulong mask = b; mask != 0; mask &= mask - 1, a >>= 1)
            result |= (mask & (0 - mask)) & (0 - (a & 1));
        return result;
    }

    /// <summary>PEXT: the bits of A at the places that are 1 in B, gathered at the bottom.</summary>
    [MicroOpMethod(MicroOpCode.ExtractBits)]
    public static ulong ExtractBits(ulong a, ulong b, int size)
    {
        if (Bmi2.X64.IsSupported)
            return Bmi2.X64.ParallelBitExtract(a, b);
        ulong result = 0;
        int to = 0;
        for (ulong mask = b; mask != 0; mask &= mask - 1, to++)
            result |= ((a >> BitOperations.TrailingZeroCount(mask)) & 1) << to;
        return result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Index(ulong b, int size) => (int)b & (Widths.Bits(size) - 1);
}
