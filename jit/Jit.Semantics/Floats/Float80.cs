using System.Runtime.CompilerServices;

namespace Rebound.Jit.Semantics;

/// <summary>
/// A number of the x87: sign, exponent of 15 bits (bias 16383), significand of 64 with its integer bit. Operations give results to the bit and add to
/// <see cref="X87Status.Raised"/>; a result under an unmasked exception is to be dropped if <see cref="X87Status.HasResult"/> says so, and is
/// the one with the adjusted exponent for overflow and underflow.
/// </summary>
public readonly partial struct Float80(ushort signExponent, ulong significand) : IEquatable<Float80>
{
    public readonly ulong Significand = significand;
    public readonly ushort SignExponent = signExponent;

    private const int Bias = 16383;
    private const int MaximumField = 0x7fff;
    private const int MinimumExponent = 1 - Bias;
    private const ushort SignBit = 0x8000;
    private const ulong IntegerBit = 1UL << 63;
    private const ulong QuietBit = 1UL << 62;

    /// <summary>What unmasked overflow and underflow take from or add to the exponent.</summary>
    private const int ExponentAdjustment = 0x6000;

    public static Float80 Indefinite => new(0xffff, IntegerBit | QuietBit);

    public static Float80 One => new(Bias, IntegerBit);

    public bool IsNegative => (SignExponent & SignBit) != 0;

    public bool IsZero => (SignExponent & MaximumField) == 0 && Significand == 0;

    public bool IsInfinity => (SignExponent & MaximumField) == MaximumField && Significand == IntegerBit;

    public bool IsNaN => (SignExponent & MaximumField) == MaximumField && Significand > IntegerBit;

    public bool IsSignalingNaN => IsNaN && (Significand & QuietBit) == 0;

    /// <summary>Denormal, or the same with the integer bit set (pseudo-denormal).</summary>
    public bool IsDenormal => (SignExponent & MaximumField) == 0 && Significand != 0;

    /// <summary>An encoding that the 387 and its successors refuse: integer bit clear though the exponent is not 0.</summary>
    public bool IsUnsupported => (SignExponent & MaximumField) != 0 && (long)Significand >= 0;

    public Float80 Negated => new((ushort)(SignExponent ^ SignBit), Significand);

    public Float80 Absolute => new((ushort)(SignExponent & ~SignBit), Significand);

    private bool IsNormal
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (uint)((SignExponent & MaximumField) - 1) < MaximumField - 1 && (long)Significand < 0;
    }

    public static Float80 Zero(bool negative) => new(negative ? SignBit : (ushort)0, 0);

    public static Float80 Infinity(bool negative) => new((ushort)(negative ? 0xffff : MaximumField), IntegerBit);

    public bool Equals(Float80 other) => Significand == other.Significand && SignExponent == other.SignExponent;

    public override bool Equals(object? obj) => obj is Float80 other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Significand, SignExponent);

    public override string ToString() => $"{SignExponent:x4}:{Significand:x16}";

    public static bool operator ==(Float80 left, Float80 right) => left.Equals(right);

    public static bool operator !=(Float80 left, Float80 right) => !left.Equals(right);

    /// <summary>Takes a finite number but 0 apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Unpacked Unpack(Float80 a)
    {
        int field = a.SignExponent & MaximumField;
        return field != 0
            ? new Unpacked(a.IsNegative, field - Bias, a.Significand)
            : Unpacked.Normalize(a.IsNegative, MinimumExponent, a.Significand);
    }

    /// <summary>A number that needs no rounding and is in range.</summary>
    internal static Float80 Pack(in Unpacked a) => new((ushort)((a.Negative ? SignBit : 0) + a.Exponent + Bias), a.Significand);

    /// <summary>
    /// The exceptions of operands that come before all others. True: <paramref name="result"/> is the operation's; a NaN, or nothing at all.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static bool IsDecidedByNaN(Float80 a, Float80 b, ref X87Status status, out Float80 result)
    {
        if (a.IsUnsupported || b.IsUnsupported)
        {
            result = Invalid(ref status);
            return true;
        }

        if (!a.IsNaN && !b.IsNaN)
        {
            result = default;
            return false;
        }

        if (a.IsSignalingNaN || b.IsSignalingNaN)
            status.Raised |= FloatExceptions.Invalid;
        Float80 chosen;
        if (!a.IsNaN || !b.IsNaN)
            chosen = a.IsNaN ? a : b;
        else if (a.IsSignalingNaN != b.IsSignalingNaN)
            chosen = a.IsSignalingNaN ? b : a;
        else if (a.Significand != b.Significand)
            chosen = a.Significand > b.Significand ? a : b;
        else
            chosen = a.IsNegative ? b : a;
        result = new Float80(chosen.SignExponent, chosen.Significand | QuietBit);
        return true;
    }

    internal static Float80 Invalid(ref X87Status status)
    {
        status.Raised |= FloatExceptions.Invalid;
        return Indefinite;
    }

    /// <summary>Notes denormal operands. False: that exception is unmasked, and the operation ends.</summary>
    internal static bool AcceptsDenormals(Float80 a, Float80 b, ref X87Status status)
    {
        if (!a.IsDenormal && !b.IsDenormal)
            return true;
        status.Raised |= FloatExceptions.Denormal;
        return (status.Masked & FloatExceptions.Denormal) != 0;
    }

    /// <summary>Rounds a result that is not 0 to <see cref="X87Status.Precision"/> and raises what that raises.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Float80 Round(in Unrounded value, ref X87Status status)
    {
        ulong significand = value.High;
        int exponent = value.Exponent;
        bool exact = RoundSignificand(ref significand, ref exponent, value.Low, value.Negative, ref status);
        int field = exponent + Bias;
        if ((uint)(field - 1) >= MaximumField - 1)
            return RoundOutside(value, significand, field, exact, ref status);
        if (!exact)
            status.Raised |= FloatExceptions.Precision;
        return new Float80((ushort)(field | (value.Negative ? SignBit : 0)), significand);
    }

    /// <summary>Rounds a significand to the precision; false if that was inexact.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool RoundSignificand(ref ulong significand, ref int exponent, ulong low, bool negative, ref X87Status status)
    {
        int dropped = 64 - status.Precision;
        ulong rest = low;
        ulong unit = 1;
        ulong kept = significand;
        if (dropped != 0)
        {
            rest = (kept << status.Precision) | (low != 0 ? 1UL : 0);
            unit = 1UL << dropped;
            kept &= 0 - unit;
        }

        significand = kept;
        if (rest == 0)
            return true;
        bool up = status.Rounding == FloatRounding.Nearest
            ? rest > IntegerBit || (rest == IntegerBit && (kept & unit) != 0)
            : status.Rounding == (negative ? FloatRounding.Down : FloatRounding.Up);
        if (!up)
            return false;
        status.RoundedUp = true;
        kept += unit;
        if (kept < unit)
        {
            kept = IntegerBit;
            exponent++;
        }

        significand = kept;
        return false;
    }

    /// <summary>As <see cref="Round"/>, for results too large or too small.</summary>
    /// <param name="significand">Rounded as if there were no limits.</param>
    /// <param name="field">The exponent field that goes with it.</param>
    /// <param name="exact">Whether that rounding was exact.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Float80 RoundOutside(in Unrounded value, ulong significand, int field, bool exact, ref X87Status status)
    {
        ushort sign = value.Negative ? SignBit : (ushort)0;
        if (field >= MaximumField)
        {
            status.Raised |= FloatExceptions.Overflow;
            if ((status.Masked & FloatExceptions.Overflow) == 0 && field - ExponentAdjustment < MaximumField)
            {
                if (!exact)
                    status.Raised |= FloatExceptions.Precision;
                return new Float80((ushort)(sign | (field - ExponentAdjustment)), significand);
            }

            status.Raised |= FloatExceptions.Precision;
            // Unmasked, and beyond what the adjustment brings back (only scaling gets there): infinite in every rounding.
            bool infinite = status.Rounding == FloatRounding.Nearest || status.Rounding == (value.Negative ? FloatRounding.Down : FloatRounding.Up)
                || (status.Masked & FloatExceptions.Overflow) == 0;
            status.RoundedUp = infinite;
            return infinite ? Infinity(value.Negative) : new Float80((ushort)(sign | (MaximumField - 1)), ulong.MaxValue << (64 - status.Precision));
        }

        if ((status.Masked & FloatExceptions.Underflow) == 0 && field + ExponentAdjustment > 0)
        {
            status.Raised |= FloatExceptions.Underflow;
            if (!exact)
                status.Raised |= FloatExceptions.Precision;
            return new Float80((ushort)(sign | (field + ExponentAdjustment)), significand);
        }

        status.RoundedUp = false;
        if ((status.Masked & FloatExceptions.Underflow) == 0)
        {
            status.Raised |= FloatExceptions.Underflow | FloatExceptions.Precision;
            return Zero(value.Negative);
        }

        ulong high = value.High;
        ulong low = value.Low;
        Wide.ShiftRightSticky(ref high, ref low, MinimumExponent - value.Exponent);
        int ignored = 0;
        if (!RoundSignificand(ref high, ref ignored, low, value.Negative, ref status))
            status.Raised |= FloatExceptions.Underflow | FloatExceptions.Precision;
        return new Float80((ushort)(sign | (ushort)(high >> 63)), high);
    }
}
