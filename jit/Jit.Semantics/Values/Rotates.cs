using System.Numerics;
using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// Rotates and the flags words they leave. Counts are masked to 31 (63 for 8 bytes) already.
/// OF is defined for a count of 1 only; the same formula is applied to every count.
/// </summary>
public static class Rotates
{
    private const ulong CarryAndOverflow = Rflags.CF | Rflags.OF;

    [MicroOpMethod(MicroOpCode.RotateLeft)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong RotateLeft(ulong a, ulong b, int size)
    {
        switch (size)
        {
            case 8:
                return BitOperations.RotateLeft(a, (int)b);
            case 4:
                return BitOperations.RotateLeft((uint)a, (int)b);
            default:
                int bits = size * 8;
                int count = (int)b & (bits - 1);
                return (a << count) | (a >> (bits - count));
        }
    }

    [MicroOpMethod(MicroOpCode.RotateRight)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong RotateRight(ulong a, ulong b, int size)
    {
        switch (size)
        {
            case 8:
                return BitOperations.RotateRight(a, (int)b);
            case 4:
                return BitOperations.RotateRight((uint)a, (int)b);
            default:
                int bits = size * 8;
                int count = (int)b & (bits - 1);
                return (a >> count) | (a << (bits - count));
        }
    }

    /// <summary>RCL: a rotation of width + 1 bits, the carry on top.</summary>
    [MicroOpMethod(MicroOpCode.RotateCarryLeft)]
    public static ulong RotateCarryLeft(ulong a, ulong b, ulong c, int size)
    {
        int bits = Widths.Bits(size);
        int count = CarryCount(b, bits);
        // Two steps where the distance may be 64, which a single shift would take for 0.
        return count == 0 ? a : (a << count) | (c << (count - 1)) | (a >> (bits - count) >> 1);
    }

    /// <summary>RCR: a rotation of width + 1 bits, the carry on top.</summary>
    [MicroOpMethod(MicroOpCode.RotateCarryRight)]
    public static ulong RotateCarryRight(ulong a, ulong b, ulong c, int size)
    {
        int bits = Widths.Bits(size);
        int count = CarryCount(b, bits);
        return count == 0 ? a : (a >> count) | (c << (bits - count)) | (a << (bits - count) << 1);
    }

    [MicroOpMethod(MicroOpCode.RotateLeftFlags)]
    public static ulong RotateLeftFlags(ulong a, ulong b, ulong c, int size)
    {
        if (b == 0)
            return c;
        ulong carry = a & 1;
        return Word(c, carry, carry ^ Bit(a, Widths.Bits(size) - 1));
    }

    [MicroOpMethod(MicroOpCode.RotateRightFlags)]
    public static ulong RotateRightFlags(ulong a, ulong b, ulong c, int size)
    {
        if (b == 0)
            return c;
        int top = Widths.Bits(size) - 1;
        ulong carry = Bit(a, top);
        return Word(c, carry, carry ^ Bit(a, top - 1));
    }

    [MicroOpMethod(MicroOpCode.RotateCarryLeftFlags)]
    public static ulong RotateCarryLeftFlags(ulong a, ulong b, ulong c, int size)
    {
        int bits = Widths.Bits(size);
        int count = CarryCount(b, bits);
        if (count == 0)
            return c;
        ulong carry = Bit(a, bits - count);
        ulong result = RotateCarryLeft(Widths.Truncate(a, size), b, c & Rflags.CF, size);
        return Word(c, carry, carry ^ Bit(result, bits - 1));
    }

    [MicroOpMethod(MicroOpCode.RotateCarryRightFlags)]
    public static ulong RotateCarryRightFlags(ulong a, ulong b, ulong c, int size)
    {
        int bits = Widths.Bits(size);
        int count = CarryCount(b, bits);
        if (count == 0)
            return c;
        ulong result = RotateCarryRight(Widths.Truncate(a, size), b, c & Rflags.CF, size);
        return Word(c, Bit(a, count - 1), Bit(result, bits - 1) ^ Bit(result, bits - 2));
    }

    /// <summary>RCL and RCR of 8 and 16 bits count modulo 9 and 17; wider ones cannot reach width + 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CarryCount(ulong count, int bits) => bits >= 32 ? (int)count : (int)(uint)((uint)count % (uint)(bits + 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bit(ulong value, int bit) => (value >> bit) & 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ulong old, ulong carry, ulong overflow) => (old & ~CarryAndOverflow) | carry | (overflow << 11);
}
