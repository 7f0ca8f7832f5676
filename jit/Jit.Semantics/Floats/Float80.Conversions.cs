using System.Runtime.CompilerServices;

namespace Rebound.Jit.Semantics;

/// <content>Integers, decimals, the narrower formats.</content>
public readonly partial struct Float80
{
    private const int DecimalDigits = 18;
    private const ulong DecimalLimit = 1_000_000_000_000_000_000;

    /// <summary>What FBSTP stores for what does not fit.</summary>
    private static Float80 IndefiniteDecimal => new(0xffff, 0xc000_0000_0000_0000);

    public static Float80 FromInt64(long value)
    {
        if (value == 0)
            return default;
        return Pack(Unpacked.Normalize(value < 0, 63, value < 0 ? 0 - (ulong)value : (ulong)value));
    }

    public static Float80 FromFloat32(uint value, ref X87Status status) => FromNarrow<Binary32Format>(value, ref status);

    public static Float80 FromFloat64(ulong value, ref X87Status status) => FromNarrow<Binary64Format>(value, ref status);

    /// <summary>An operand in memory as it is: a signaling NaN stays one, a denormal becomes a normal number.</summary>
    internal static Float80 WidenFloat32(uint value, out bool denormal) => Widen<Binary32Format>(value, out denormal);

    /// <summary>An operand in memory as it is: a signaling NaN stays one, a denormal becomes a normal number.</summary>
    internal static Float80 WidenFloat64(ulong value, out bool denormal) => Widen<Binary64Format>(value, out denormal);

    /// <summary>As FST m32fp stores it. Nothing is to be stored under unmasked overflow and underflow either.</summary>
    public static uint ToFloat32(Float80 a, ref X87Status status) => (uint)ToNarrow<Binary32Format>(a, ref status);

    /// <summary>As FST m64fp stores it. Nothing is to be stored under unmasked overflow and underflow either.</summary>
    public static ulong ToFloat64(Float80 a, ref X87Status status) => ToNarrow<Binary64Format>(a, ref status);

    /// <summary>To a whole number in the same format (FRNDINT).</summary>
    public static Float80 RoundToIntegral(Float80 a, ref X87Status status)
    {
        if (IsDecidedByNaN(a, a, ref status, out Float80 nan))
            return nan;
        if (!AcceptsDenormals(a, a, ref status))
            return default;
        if (a.IsZero || a.IsInfinity)
            return a;
        Unpacked value = Unpack(a);
        if (value.Exponent >= 63)
            return a;
        ulong whole = Whole(value, status.Rounding, ref status);
        return whole == 0 ? Zero(value.Negative) : Pack(Unpacked.Normalize(value.Negative, 63, whole));
    }

    /// <summary>To a signed integer of 16, 32 or 64 bits, sign-extended; what does not fit gives the most negative one and is invalid.</summary>
    public static long ToInteger(Float80 a, int bits, FloatRounding rounding, ref X87Status status)
    {
        long indefinite = long.MinValue >> (64 - bits);
        if (a.IsUnsupported || a.IsNaN || a.IsInfinity)
        {
            status.Raised |= FloatExceptions.Invalid;
            return indefinite;
        }

        if (a.IsZero)
            return 0;
        Unpacked value = Unpack(a);
        X87Status own = status;
        ulong whole = value.Exponent < bits ? Whole(value, rounding, ref own) : ulong.MaxValue;
        ulong limit = 1UL << (bits - 1);
        if (whole > limit || (whole == limit && !value.Negative))
        {
            status.Raised |= FloatExceptions.Invalid;
            return indefinite;
        }

        status = own;
        return value.Negative ? (long)(0 - whole) : (long)whole;
    }

    /// <summary>From 18 packed decimal digits (FBLD): the low eight bytes, and the ninth and tenth (sign). What is no digit counts as it is.</summary>
    public static Float80 FromDecimal(ulong low, ushort high)
    {
        ulong value = 0;
        for (int i = DecimalDigits - 1; i >= 0; i--)
        {
            ulong digit = i < 16 ? low >> (4 * i) & 15 : (ulong)(high >> (4 * (i - 16)) & 15);
            value = (value * 10) + digit;
        }

        bool negative = (high & SignBit) != 0;
        return value == 0 ? Zero(negative) : Pack(Unpacked.Normalize(negative, 63, value));
    }

    /// <summary>To packed decimal digits (FBSTP): the tenth and ninth bytes in the exponent's place, the others in the significand's.</summary>
    public static Float80 ToDecimal(Float80 a, ref X87Status status)
    {
        if (a.IsUnsupported || a.IsNaN || a.IsInfinity)
        {
            status.Raised |= FloatExceptions.Invalid;
            return IndefiniteDecimal;
        }

        ushort sign = a.IsNegative ? SignBit : (ushort)0;
        if (a.IsZero)
            return new Float80(sign, 0);
        Unpacked value = Unpack(a);
        X87Status own = status;
        ulong whole = value.Exponent < 63 ? Whole(value, status.Rounding, ref own) : ulong.MaxValue;
        if (whole >= DecimalLimit)
        {
            status.Raised |= FloatExceptions.Invalid;
            return IndefiniteDecimal;
        }

        status = own;
        ulong low = 0;
        ushort high = 0;
        for (int i = 0; i < DecimalDigits; i++)
        {
            (whole, ulong digit) = Math.DivRem(whole, 10);
            if (i < 16)
                low |= digit << (4 * i);
            else
                high |= (ushort)(digit << (4 * (i - 16)));
        }

        return new Float80((ushort)(sign | high), low);
    }

    private static ulong Whole(in Unpacked value, FloatRounding rounding, ref X87Status status)
    {
        ulong whole = BinaryFloat<Binary64Format>.Whole(value, rounding, out bool exact);
        if (exact)
            return whole;
        status.Raised |= FloatExceptions.Precision;
        status.RoundedUp = whole != BinaryFloat<Binary64Format>.Whole(value, FloatRounding.Zero, out _);
        return whole;
    }

    private static Float80 FromNarrow<T>(ulong value, ref X87Status status)
        where T : struct, IFloatFormat
    {
        Float80 wide = Widen<T>(value, out bool denormal);
        if (denormal)
        {
            status.Raised |= FloatExceptions.Denormal;
        }
        else if (wide.IsSignalingNaN)
        {
            status.Raised |= FloatExceptions.Invalid;
            return new Float80(wide.SignExponent, wide.Significand | QuietBit);
        }

        return wide;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Float80 Widen<T>(ulong value, out bool denormal)
        where T : struct, IFloatFormat
    {
        denormal = false;
        if (!BinaryFloat<T>.IsNormal(value))
        {
            bool negative = BinaryFloat<T>.IsNegative(value);
            if (BinaryFloat<T>.IsZero(value))
                return Zero(negative);
            if (BinaryFloat<T>.IsNaN(value) || BinaryFloat<T>.IsInfinity(value))
                return new Float80((ushort)(negative ? 0xffff : MaximumField), IntegerBit | (value << (64 - T.Precision)));
            denormal = true;
        }

        return Pack(BinaryFloat<T>.Unpack(value));
    }

    private static ulong ToNarrow<T>(Float80 a, ref X87Status status)
        where T : struct, IFloatFormat
    {
        ulong sign = a.IsNegative ? 1UL << (T.Precision + T.ExponentBits - 1) : 0;
        if (a.IsUnsupported)
        {
            status.Raised |= FloatExceptions.Invalid;
            return BinaryFloat<T>.Indefinite;
        }

        if (a.IsNaN)
        {
            if (a.IsSignalingNaN)
                status.Raised |= FloatExceptions.Invalid;
            return sign | BinaryFloat<T>.Infinity | ((a.Significand | QuietBit) << 1 >> (65 - T.Precision));
        }

        if (a.IsInfinity)
            return sign | BinaryFloat<T>.Infinity;
        if (a.IsZero)
            return sign;
        Unpacked value = Unpack(a);
        FloatStatus own = new() { Rounding = status.Rounding, Masked = status.Masked };
        ulong result = BinaryFloat<T>.Round(Unrounded.Exact(value), ref own);
        if ((own.Raised & ~own.Masked & (FloatExceptions.Overflow | FloatExceptions.Underflow)) != 0)
        {
            // Nothing will be stored, and the processor does not say what storing would have lost.
            status.Raised |= own.Raised & ~FloatExceptions.Precision;
            return result;
        }

        status.Raised |= own.Raised;
        if (own.Raised == FloatExceptions.Precision)
        {
            // Neither overflow nor underflow: rounded up if the fraction is not what cutting off gives.
            status.RoundedUp = ((result ^ (value.Significand >> (64 - T.Precision))) & BinaryFloat<T>.FractionMask) != 0;
        }
        else if ((own.Raised & FloatExceptions.Precision) != 0)
        {
            FloatStatus cut = own with { Rounding = FloatRounding.Zero };
            status.RoundedUp = result != BinaryFloat<T>.Round(Unrounded.Exact(value), ref cut);
        }

        return result;
    }
}
