namespace Rebound.Jit.Semantics;

/// <content>Exponents and remainders: FSCALE, FXTRACT, FPREM, FPREM1. Precision control does not matter to them.</content>
public readonly partial struct Float80
{
    /// <summary>More than any exponent can be moved.</summary>
    private const int LargestScale = 0x10000;

    /// <summary>a * 2^n, n being b cut off to a whole number.</summary>
    public static Float80 Scale(Float80 a, Float80 b, ref X87Status status)
    {
        if (IsDecidedByNaN(a, b, ref status, out Float80 nan))
            return nan;
        if (b.IsInfinity && (b.IsNegative ? a.IsInfinity : a.IsZero))
            return Invalid(ref status);
        if (!AcceptsDenormals(a, b, ref status))
            return default;
        if (a.IsInfinity || a.IsZero)
            return a;
        if (b.IsInfinity)
            return b.IsNegative ? Zero(a.IsNegative) : Infinity(a.IsNegative);
        int scale = 0;
        if (!b.IsZero)
        {
            Unpacked count = Unpack(b);
            scale = count.Exponent >= 16 ? LargestScale : (int)BinaryFloat<Binary64Format>.Whole(count, FloatRounding.Zero, out _);
            if (count.Negative)
                scale = -scale;
        }

        Unpacked value = Unpack(a);
        return RoundFull(new Unrounded(value.Negative, value.Exponent + scale, value.Significand, 0), ref status);
    }

    /// <summary>Takes a number apart: its significand as a number from 1 to 2, and its exponent.</summary>
    public static Float80 Extract(Float80 a, out Float80 exponent, ref X87Status status)
    {
        exponent = default;
        if (IsDecidedByNaN(a, a, ref status, out Float80 nan))
        {
            exponent = nan;
            return nan;
        }

        if (a.IsZero)
        {
            status.Raised |= FloatExceptions.ZeroDivide;
            exponent = Infinity(true);
            return a;
        }

        if (!AcceptsDenormals(a, a, ref status))
            return default;
        if (a.IsInfinity)
        {
            exponent = Infinity(false);
            return a;
        }

        Unpacked value = Unpack(a);
        exponent = FromInt64(value.Exponent);
        return Pack(new Unpacked(value.Negative, 0, value.Significand));
    }

    /// <summary>The remainder of a / b, or of a part of the division where the exponents are 64 or more apart.</summary>
    /// <param name="toNearest">True: quotient rounded to nearest (FPREM1); false: cut off (FPREM).</param>
    /// <param name="quotient">Its low bits, valid where the division is complete.</param>
    /// <param name="incomplete">True: repeat.</param>
    public static Float80 Remainder(Float80 a, Float80 b, bool toNearest, out ulong quotient, out bool incomplete, ref X87Status status)
    {
        quotient = 0;
        incomplete = false;
        if (IsDecidedByNaN(a, b, ref status, out Float80 nan))
            return nan;
        if (a.IsInfinity || b.IsZero)
            return Invalid(ref status);
        if (!AcceptsDenormals(a, b, ref status))
            return default;
        if (a.IsZero)
            return a;
        Unpacked value = Unpack(a);
        if (b.IsInfinity)
            return RoundFull(Unrounded.Exact(value), ref status);
        Unpacked divisor = Unpack(b);
        int distance = value.Exponent - divisor.Exponent;
        if (distance < -1 || (distance == -1 && (!toNearest || value.Significand <= divisor.Significand)))
            return RoundFull(Unrounded.Exact(value), ref status);
        bool negative = value.Negative;
        int exponent = divisor.Exponent;
        ulong rest;
        if (distance == -1)
        {
            // More than half of the divisor: the quotient is 1.
            quotient = 1;
            rest = divisor.Significand - (value.Significand - divisor.Significand);
            negative = !negative;
            exponent--;
        }
        else
        {
            int bits = distance;
            if (distance >= 64)
            {
                incomplete = true;
                bits = (distance & 31) | 32;
                exponent += distance - bits;
            }

            ulong high = bits == 0 ? 0 : value.Significand >> (64 - bits);
            quotient = Wide.Divide(high, value.Significand << bits, divisor.Significand, out rest);
            ulong other = divisor.Significand - rest;
            if (toNearest && !incomplete && (rest > other || (rest == other && (quotient & 1) != 0)))
            {
                quotient++;
                rest = other;
                negative = !negative;
            }
        }

        if (incomplete)
            quotient = 0;
        return rest == 0
            ? Zero(value.Negative)
            : RoundFull(Unrounded.Exact(Unpacked.Normalize(negative, exponent, rest)), ref status);
    }

    /// <summary>Rounds to 64 bits whatever the precision control says.</summary>
    internal static Float80 RoundFull(in Unrounded value, ref X87Status status)
    {
        byte precision = status.Precision;
        status.Precision = 64;
        Float80 result = Round(value, ref status);
        status.Precision = precision;
        return result;
    }
}
