using System.Runtime.CompilerServices;

namespace Rebound.Jit.Semantics;

/// <summary>
/// The result of an operation before it is rounded to a format: (-1)^Negative * High.Low * 2^(Exponent - 63), normalized; the lowest bit of Low
/// stands for everything below. High is 0 only for an exact zero.
/// </summary>
internal readonly struct Unrounded(bool negative, int exponent, ulong high, ulong low)
{
    public readonly ulong High = high;
    public readonly ulong Low = low;

    /// <summary>Of the highest bit of High.</summary>
    public readonly int Exponent = exponent;
    public readonly bool Negative = negative;

    public bool IsZero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => High == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Unrounded Exact(in Unpacked value) => new(value.Negative, value.Exponent, value.Significand, 0);

    /// <summary>The sum. Both cancelling exactly gives zero, whose sign is the caller's affair.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Unrounded Add(in Unpacked a, in Unpacked b) =>
        a.Exponent > b.Exponent || (a.Exponent == b.Exponent && a.Significand >= b.Significand)
            ? AddSmaller(Exact(a), b.Negative, b.Exponent, b.Significand, 0)
            : AddSmaller(Exact(b), a.Negative, a.Exponent, a.Significand, 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Unrounded Multiply(in Unpacked a, in Unpacked b)
    {
        ulong high = Math.BigMul(a.Significand, b.Significand, out ulong low);
        int exponent = a.Exponent + b.Exponent + 1;
        if ((long)high >= 0)
        {
            high = (high << 1) | (low >> 63);
            low <<= 1;
            exponent--;
        }

        return new Unrounded(a.Negative != b.Negative, exponent, high, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Unrounded Divide(in Unpacked a, in Unpacked b)
    {
        int exponent = a.Exponent - b.Exponent;
        ulong high = a.Significand;
        ulong low = 0;
        if (high >= b.Significand)
        {
            low = high << 63;
            high >>= 1;
        }
        else
        {
            exponent--;
        }

        ulong quotient = Wide.Divide(high, low, b.Significand, out ulong remainder);
        // Next bit of the quotient, and whether anything follows.
        ulong rest = remainder == 0 ? 0 : (remainder >= b.Significand - remainder ? 1UL << 63 : 0) | 1;
        // An exact half has nothing behind its bit.
        if (remainder != 0 && remainder == b.Significand - remainder)
            rest = 1UL << 63;
        return new Unrounded(a.Negative != b.Negative, exponent, quotient, rest);
    }

    /// <summary>Of a positive number.</summary>
    public static Unrounded SquareRoot(in Unpacked a)
    {
        // An even exponent leaves the root's exponent whole: the significand is taken as 1.x or 1x.x.
        bool odd = (a.Exponent & 1) != 0;
        ulong high = odd ? a.Significand : a.Significand >> 1;
        ulong low = odd ? 0 : a.Significand << 63;
        ulong root = Wide.SquareRoot(high, low, out bool exact);
        ulong rest = 0;
        if (!exact)
        {
            // The next bit is set if number > (root + 1/2)^2, that is number - root^2 > root: never equal, both being whole.
            UInt128 square = Math.BigMul(root, root);
            rest = (new UInt128(high, low) - square > root ? 1UL << 63 : 0) | 1;
        }

        return new Unrounded(false, a.Exponent >> 1, root, rest);
    }

    /// <summary>a * b + c, rounded not even in between. Correct while the factors' significands have 53 bits at most.</summary>
    public static Unrounded FusedMultiplyAdd(in Unpacked a, in Unpacked b, in Unpacked c)
    {
        Unrounded product = Multiply(a, b);
        bool productIsLarger = product.Exponent > c.Exponent
            || (product.Exponent == c.Exponent && product.High >= c.Significand);
        return productIsLarger
            ? AddSmaller(product, c.Negative, c.Exponent, c.Significand, 0)
            : AddSmaller(Exact(c), product.Negative, product.Exponent, product.High, product.Low);
    }

    /// <summary>The sum with a number that is not larger in magnitude, its bits below 128 combined into the lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Unrounded AddSmaller(in Unrounded a, bool negative, int exponent, ulong high, ulong low)
    {
        Wide.ShiftRightSticky(ref high, ref low, a.Exponent - exponent);
        int resultExponent = a.Exponent;
        ulong sumHigh;
        ulong sumLow;
        if (a.Negative == negative)
        {
            sumLow = a.Low + low;
            ulong carry = sumLow < low ? 1UL : 0;
            sumHigh = a.High + high;
            bool overflow = sumHigh < high;
            sumHigh += carry;
            overflow |= carry != 0 && sumHigh == 0;
            if (overflow)
            {
                sumLow = (sumHigh << 63) | (sumLow >> 1) | (sumLow & 1);
                sumHigh = (sumHigh >> 1) | (1UL << 63);
                resultExponent++;
            }

            return new Unrounded(negative, resultExponent, sumHigh, sumLow);
        }

        sumLow = a.Low - low;
        sumHigh = a.High - high - (a.Low < low ? 1UL : 0);
        if ((sumHigh | sumLow) == 0)
            return default;
        resultExponent -= Wide.Normalize(ref sumHigh, ref sumLow);
        return new Unrounded(a.Negative, resultExponent, sumHigh, sumLow);
    }
}
