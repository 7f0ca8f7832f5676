using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// Shifts. Counts are masked to 31 (63 for 8 bytes) already; since narrow operands are computed in 64 bits,
/// a count at or above the width of 8 or 16 bits needs no special case.
/// </summary>
public static class Shifts
{
    [MicroOpMethod(MicroOpCode.ShiftLeft)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShiftLeft(ulong a, ulong b, int size) => a << (int)b;

    [MicroOpMethod(MicroOpCode.ShiftRight)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShiftRight(ulong a, ulong b, int size) => a >> (int)b;

    [MicroOpMethod(MicroOpCode.ShiftArithmetic)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ShiftArithmetic(ulong a, ulong b, int size) => (ulong)(Widths.SignExtend(a, size) >> (int)b);

    /// <summary>SHLD: A shifted left by C, vacated bits from the top of B. 16-bit counts above 16 go on with A again, as Intel's processors do.</summary>
    [MicroOpMethod(MicroOpCode.ShiftLeftDouble)]
    public static ulong ShiftLeftDouble(ulong a, ulong b, ulong c, int size)
    {
        int count = (int)c;
        if (size == 2)
            return ((a << 32) | (b << 16) | a) << count >> 32;
        return count == 0 ? a : (a << count) | (b >> (Widths.Bits(size) - count));
    }

    /// <summary>SHRD: A shifted right by C, vacated bits from the bottom of B.</summary>
    [MicroOpMethod(MicroOpCode.ShiftRightDouble)]
    public static ulong ShiftRightDouble(ulong a, ulong b, ulong c, int size)
    {
        int count = (int)c;
        if (size == 2)
            return ((a << 32) | (b << 16) | a) >> count;
        return count == 0 ? a : (a >> count) | (b << (Widths.Bits(size) - count));
    }

    /// <summary>Flags after SHLD: A destination before, B count (not 0), C result. OF as for a count of 1; AF reads as 0.</summary>
    [MicroOpMethod(MicroOpCode.ShiftLeftDoubleFlags)]
    public static ulong ShiftLeftDoubleFlags(ulong a, ulong b, ulong c, int size)
    {
        int bits = Widths.Bits(size);
        int count = (int)b;
        ulong carry = count <= bits ? (a >> (bits - count)) & 1 : 0;
        return DoubleFlags(a, c, carry, size);
    }

    /// <summary>Flags after SHRD: operands as for SHLD.</summary>
    [MicroOpMethod(MicroOpCode.ShiftRightDoubleFlags)]
    public static ulong ShiftRightDoubleFlags(ulong a, ulong b, ulong c, int size)
    {
        int count = (int)b;
        ulong carry = count <= Widths.Bits(size) ? (a >> (count - 1)) & 1 : 0;
        return DoubleFlags(a, c, carry, size);
    }

    private static ulong DoubleFlags(ulong before, ulong result, ulong carry, int size)
    {
        // Sign, zero and parity are those of any logical result.
        ulong flags = LazyFlags.Materialize(LazyFlags.Operation(FlagKind.Logic, size), Widths.Truncate(result, size), 0, 0) | carry;
        if ((((before ^ result) >> (Widths.Bits(size) - 1)) & 1) != 0)
            flags |= Rflags.OF;
        return flags;
    }
}
