using System.Runtime.CompilerServices;

namespace Rebound.Jit.Semantics;

/// <summary>
/// What the formats of SSE share: fields, unpacking, rounding and packing, with the flags as the SSE unit raises them. Numbers are bits in the
/// low part of a ulong.
/// </summary>
internal static partial class BinaryFloat<T>
    where T : struct, IFloatFormat
{
    private static int FractionBits => T.Precision - 1;

    private static int SignShift => FractionBits + T.ExponentBits;

    private static int Bias => (1 << (T.ExponentBits - 1)) - 1;

    private static int MaximumField => (1 << T.ExponentBits) - 1;

    /// <summary>Exponent of the smallest normal number.</summary>
    private static int MinimumExponent => 1 - Bias;

    private static ulong SignBit => 1UL << SignShift;

    private static ulong QuietBit => 1UL << (FractionBits - 1);

    internal static ulong FractionMask => (1UL << FractionBits) - 1;

    internal static ulong Infinity => (ulong)MaximumField << FractionBits;

    /// <summary>The NaN that an invalid operation gives.</summary>
    internal static ulong Indefinite => SignBit | Infinity | QuietBit;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Field(ulong a) => (int)(a >> FractionBits) & MaximumField;

    /// <summary>True for numbers that are neither 0, denormal, infinite nor NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNormal(ulong a) => (uint)(Field(a) - 1) < (uint)(MaximumField - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNaN(ulong a) => (a & ~SignBit) > Infinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsSignaling(ulong a) => IsNaN(a) && (a & QuietBit) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsInfinity(ulong a) => (a & ~SignBit) == Infinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsZero(ulong a) => (a & ~SignBit) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsNegative(ulong a) => (a & SignBit) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsDenormal(ulong a) => Field(a) == 0 && !IsZero(a);

    private static ulong Zero(bool negative) => negative ? SignBit : 0;

    /// <summary>Takes a finite number but 0 apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Unpacked Unpack(ulong a)
    {
        int field = Field(a);
        ulong significand = (a & FractionMask) << (63 - FractionBits);
        return field != 0
            ? new Unpacked(IsNegative(a), field - Bias, significand | (1UL << 63))
            : Unpacked.Normalize(IsNegative(a), MinimumExponent, significand);
    }

    /// <summary>An operand under the rules for denormals: as zero, or noted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Operand(ulong a, ref FloatStatus status)
    {
        if (!IsDenormal(a))
            return a;
        if (status.DenormalsAreZero)
            return a & SignBit;
        status.Raised |= FloatExceptions.Denormal;
        return a;
    }

    /// <summary>An operand where denormals raise nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong QuietOperand(ulong a, in FloatStatus status) => status.DenormalsAreZero && IsDenormal(a) ? a & SignBit : a;

    private static ulong Invalid(ref FloatStatus status)
    {
        status.Raised |= FloatExceptions.Invalid;
        return Indefinite;
    }

    /// <summary>The result where at least one operand is a NaN: the first that is, made quiet.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong PropagateNaN(ulong a, ulong b, ref FloatStatus status)
    {
        if (IsSignaling(a) || IsSignaling(b))
            status.Raised |= FloatExceptions.Invalid;
        return (IsNaN(a) ? a : b) | QuietBit;
    }

    /// <summary>The zero that a sum gives whose terms cancel.</summary>
    private static ulong CancelledZero(in FloatStatus status) => Zero(status.Rounding == FloatRounding.Down);

    /// <summary>Rounds a result that is not 0 to the format and raises what that raises.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Round(in Unrounded value, ref FloatStatus status)
    {
        ulong kept = value.High >> (64 - T.Precision);
        ulong rest = (value.High << T.Precision) | (value.Low != 0 ? 1UL : 0);
        int exponent = value.Exponent;
        if (RoundsUp(kept, rest, value.Negative, status.Rounding))
            kept++;
        // Adding the significand with its highest bit to the field below carries into the exponent, also where rounding carried out.
        int field = exponent + Bias - 1 + (int)(kept >> FractionBits);
        if ((uint)(field - 1) >= (uint)(MaximumField - 1))
            return RoundOutside(value, field, rest != 0, ref status);
        if (rest != 0)
            status.Raised |= FloatExceptions.Precision;
        return Zero(value.Negative) | (((ulong)(exponent + Bias - 1) << FractionBits) + kept);
    }

    /// <summary>As <see cref="Round"/>, for results too large or too small.</summary>
    /// <param name="field">The exponent field after rounding as if there were no limit.</param>
    /// <param name="inexact">That rounding changed the number: what precision means for an overflow or underflow that is not masked.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong RoundOutside(in Unrounded value, int field, bool inexact, ref FloatStatus status)
    {
        if (field >= MaximumField)
        {
            status.Raised |= FloatExceptions.Overflow;
            if (inexact || (status.Masked & FloatExceptions.Overflow) != 0)
                status.Raised |= FloatExceptions.Precision;
            bool infinite = status.Rounding == FloatRounding.Nearest || status.Rounding == (value.Negative ? FloatRounding.Down : FloatRounding.Up);
            return Zero(value.Negative) | (infinite ? Infinity : Infinity - 1);
        }

        // Tiny, which the SSE unit decides after rounding.
        if ((status.Masked & FloatExceptions.Underflow) == 0)
        {
            status.Raised |= FloatExceptions.Underflow | (inexact ? FloatExceptions.Precision : 0);
            return Zero(value.Negative);
        }

        if (status.FlushToZero)
        {
            status.Raised |= FloatExceptions.Underflow | FloatExceptions.Precision;
            return Zero(value.Negative);
        }

        ulong high = value.High;
        ulong low = value.Low;
        Wide.ShiftRightSticky(ref high, ref low, MinimumExponent - value.Exponent);
        ulong kept = high >> (64 - T.Precision);
        ulong rest = (high << T.Precision) | (low != 0 ? 1UL : 0);
        if (RoundsUp(kept, rest, value.Negative, status.Rounding))
            kept++;
        if (rest != 0)
            status.Raised |= FloatExceptions.Underflow | FloatExceptions.Precision;
        return Zero(value.Negative) | kept;
    }

    /// <summary>Whether a magnitude is rounded away from zero.</summary>
    /// <param name="rest">What is cut off; its highest bit is one half.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool RoundsUp(ulong kept, ulong rest, bool negative, FloatRounding rounding) =>
        rounding == FloatRounding.Nearest
            ? rest > (1UL << 63) - (kept & 1)
            : rest != 0 && rounding == (negative ? FloatRounding.Down : FloatRounding.Up);
}
