namespace Rebound.Jit.Semantics;

/// <content>Integers, whole numbers, other formats.</content>
internal static partial class BinaryFloat<T>
{
    /// <summary>To a whole number in the same format. Denormal operands raise nothing.</summary>
    /// <param name="suppressPrecision">True: an inexact result raises nothing.</param>
    public static ulong RoundToIntegral(ulong a, FloatRounding rounding, bool suppressPrecision, ref FloatStatus status)
    {
        if (IsNaN(a))
            return PropagateNaN(a, a, ref status);
        a = QuietOperand(a, status);
        if (IsZero(a) || IsInfinity(a))
            return a;
        Unpacked value = Unpack(a);
        if (value.Exponent >= FractionBits)
            return a;
        ulong whole = Whole(value, rounding, out bool exact);
        if (!exact && !suppressPrecision)
            status.Raised |= FloatExceptions.Precision;
        if (whole == 0)
            return Zero(value.Negative);
        Unpacked result = Unpacked.Normalize(value.Negative, 63, whole);
        return Zero(result.Negative) | ((ulong)(result.Exponent + Bias - 1) << FractionBits) + (result.Significand >> (64 - T.Precision));
    }

    /// <summary>To a signed integer of <paramref name="bits"/> bits, zero-extended; what does not fit gives the most negative one and is invalid.</summary>
    public static ulong ToInteger(ulong a, int bits, FloatRounding rounding, ref FloatStatus status)
    {
        if (Field(a) != MaximumField)
        {
            a = QuietOperand(a, status);
            if (IsZero(a))
                return 0;
            Unpacked value = Unpack(a);
            if (value.Exponent < bits)
            {
                ulong whole = Whole(value, rounding, out bool exact);
                ulong limit = 1UL << (bits - 1);
                if (whole < limit || (whole == limit && value.Negative))
                {
                    if (!exact)
                        status.Raised |= FloatExceptions.Precision;
                    return (value.Negative ? 0 - whole : whole) & (ulong.MaxValue >> (64 - bits));
                }
            }
        }

        status.Raised |= FloatExceptions.Invalid;
        return 1UL << (bits - 1);
    }

    /// <summary>From a magnitude and a sign.</summary>
    public static ulong FromInteger(ulong magnitude, bool negative, ref FloatStatus status) =>
        magnitude == 0 ? 0 : Round(Unrounded.Exact(Unpacked.Normalize(negative, 63, magnitude)), ref status);

    /// <summary>From another format. Numbers are rounded, NaNs keep the upper bits of their payload and become quiet.</summary>
    /// <param name="denormalsCount">True: the rules for denormal operands hold; false: they are taken as they are and raise nothing.</param>
    public static ulong ConvertFrom<TFrom>(ulong a, bool denormalsCount, ref FloatStatus status)
        where TFrom : struct, IFloatFormat
    {
        bool negative = BinaryFloat<TFrom>.IsNegative(a);
        if (BinaryFloat<TFrom>.IsNaN(a))
        {
            if (BinaryFloat<TFrom>.IsSignaling(a))
                status.Raised |= FloatExceptions.Invalid;
            ulong payload = a & BinaryFloat<TFrom>.FractionMask;
            int shift = FractionBits - BinaryFloat<TFrom>.FractionBits;
            return Zero(negative) | Infinity | QuietBit | (shift >= 0 ? payload << shift : payload >> -shift);
        }

        if (BinaryFloat<TFrom>.IsInfinity(a))
            return Zero(negative) | Infinity;
        if (denormalsCount)
            a = BinaryFloat<TFrom>.Operand(a, ref status);
        return BinaryFloat<TFrom>.IsZero(a) ? Zero(negative) : Round(Unrounded.Exact(BinaryFloat<TFrom>.Unpack(a)), ref status);
    }

    /// <summary>The whole number that a magnitude below 2^64 rounds to; one more than 64 bits hold cannot come out, as 64 bits need no rounding.</summary>
    internal static ulong Whole(in Unpacked value, FloatRounding rounding, out bool exact)
    {
        ulong high = 0;
        ulong low = value.Significand;
        // The point between high and low.
        int shift = value.Exponent + 1;
        if (shift > 0)
        {
            high = shift == 64 ? low : low >> (64 - shift);
            low = shift == 64 ? 0 : low << shift;
        }
        else
        {
            ulong none = 0;
            Wide.ShiftRightSticky(ref low, ref none, -shift);
            low |= none != 0 ? 1UL : 0;
        }

        exact = low == 0;
        return RoundsUp(high, low, value.Negative, rounding) ? high + 1 : high;
    }
}
