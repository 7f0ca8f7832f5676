using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Rebound.Jit.Semantics;

/// <summary>
/// Arithmetic on 128 bits as pairs of 64. Integer only: software floating point must not touch the host's floating-point state, which may be
/// the guest's at that moment.
/// </summary>
internal static class Wide
{
    /// <summary>Shifts right; bits that fall out leave a 1 in the lowest place, so that rounding still sees them.</summary>
    /// <param name="count">0 or more.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ShiftRightSticky(ref ulong high, ref ulong low, int count)
    {
        if (count == 0)
            return;
        if (count < 64)
        {
            ulong lost = low << (64 - count);
            low = (high << (64 - count)) | (low >> count) | (lost != 0 ? 1UL : 0);
            high >>= count;
        }
        else if (count < 128)
        {
            ulong lost = low | (count == 64 ? 0 : high << (128 - count));
            low = (high >> (count - 64)) | (lost != 0 ? 1UL : 0);
            high = 0;
        }
        else
        {
            low = (high | low) != 0 ? 1UL : 0;
            high = 0;
        }
    }

    /// <summary>Shifts left until the highest bit is set; returns by how much. The number is not 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Normalize(ref ulong high, ref ulong low)
    {
        if (high == 0)
        {
            int zeros = BitOperations.LeadingZeroCount(low);
            high = low << zeros;
            low = 0;
            return 64 + zeros;
        }

        int count = BitOperations.LeadingZeroCount(high);
        if (count != 0)
        {
            high = (high << count) | (low >> (64 - count));
            low <<= count;
        }

        return count;
    }

    /// <summary>Quotient and remainder of 128 bits by 64. The quotient must fit: <paramref name="high"/> below the divisor, which has its highest bit set.</summary>
    public static ulong Divide(ulong high, ulong low, ulong divisor, out ulong remainder)
    {
        if (X86Base.X64.IsSupported)
        {
#pragma warning disable SYSLIB5004 // Not final in .NET 10, which this project is built for.
            (ulong whole, remainder) = X86Base.X64.DivRem(low, high, divisor);
#pragma warning restore SYSLIB5004
            return whole;
        }

        ulong divisorHigh = divisor >> 32;
        ulong divisorLow = (uint)divisor;
        ulong first = Digit(high, low >> 32, divisorHigh, divisorLow);
        ulong rest = unchecked(((high << 32) | (low >> 32)) - (first * divisor));
        ulong second = Digit(rest, (uint)low, divisorHigh, divisorLow);
        remainder = unchecked(((rest << 32) | (uint)low) - (second * divisor));
        return (first << 32) + second;
    }

    /// <summary>The floor of the square root of 128 bits, one of whose two highest is set; it has its highest bit set.</summary>
    public static ulong SquareRoot(ulong high, ulong low, out bool exact)
    {
        // The root of the high word from a straight line that is within 4 %; each of Newton's steps squares the error.
        ulong half = 0x5999_9999 + ((high >> 32) * 0xaaaa_aaaa >> 32);
        for (int i = 0; i < 3; i++)
            half = (half + (high / half)) >> 1;
        half = Math.Min(half, uint.MaxValue);

        // The last step on all bits: (half * 2^32 + number / (half * 2^32)) / 2, off by a few units.
        ulong quotient = Divide(high >> 1, (high << 63) | (low >> 1), half << 32, out _);
        ulong root = (half << 31) + quotient;
        if (root < quotient)
            root = ulong.MaxValue;
        UInt128 number = new(high, low);
        UInt128 square = Math.BigMul(root, root);
        while (square > number)
        {
            square -= ((UInt128)root * 2) - 1;
            root--;
        }

        while (number - square > (UInt128)root * 2)
        {
            square += ((UInt128)root * 2) + 1;
            root++;
        }

        exact = square == number;
        return root;
    }

    /// <summary>One digit of 32 bits of a long division (Knuth, volume 2, algorithm D).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Digit(ulong high, ulong nextDigit, ulong divisorHigh, ulong divisorLow)
    {
        ulong digit = high / divisorHigh;
        ulong rest = high - (digit * divisorHigh);
        while (digit > uint.MaxValue || digit * divisorLow > ((rest << 32) | nextDigit))
        {
            digit--;
            rest += divisorHigh;
            if (rest > uint.MaxValue)
                break;
        }

        return digit;
    }
}
