using System.Numerics;
using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Semantics;

/// <summary>
/// The four operations, and loads and stores of binary64, as nearly all programs have them: normal numbers in registers that are not empty, rounded to nearest with 64 bits, every exception masked, and a result in
/// range. What is not so is left to <see cref="X87Arithmetic"/> and <see cref="X87Transfers"/>, which state
/// everything in full; both give the same to the bit.
/// </summary>
internal static unsafe class X87Common
{
    /// <summary>Rounding, precision and masks of the control word.</summary>
    private const int ControlBits = 0xf3f;

    /// <summary>To nearest, 64 bits, all masked: what FNINIT sets.</summary>
    private const int CommonControl = 0x33f;

    private const int SignBit = 0x8000;
    private const int MaximumField = 0x7fff;
    private const int Bias = 16383;
    private const int NarrowBias = 1023;
    private const ulong IntegerBit = 1UL << 63;

    /// <summary>True if an operation may be done here. (Registers and operands are still to be looked at.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Applies(CpuState* state) =>
        (state->Cr0 & (FpuState.Cr0Emulation | CpuContext.Cr0Ts)) == 0 && !X87Stack.IsPending(state) && (state->Fcw & ControlBits) == CommonControl;

    /// <summary>Computes; false if it is none of the common cases, and then nothing has happened.</summary>
    /// <param name="operation">The middle field of ModRM.</param>
    /// <param name="top">ST(0).</param>
    /// <param name="other">The other operand.</param>
    /// <param name="result">The rounded result.</param>
    /// <param name="found">What to enter in the status word: C1 and the precision exception.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryCompute(int operation, Float80 top, Float80 other, out Float80 result, out int found)
    {
        int topField = top.SignExponent & MaximumField, otherField = other.SignExponent & MaximumField;
        bool normal = (uint)(topField - 1) < MaximumField - 1 && (uint)(otherField - 1) < MaximumField - 1 && (long)(top.Significand & other.Significand) < 0;
        if (!normal)
        {
            result = default;
            found = 0;
            return false;
        }

        int sign = (top.SignExponent ^ other.SignExponent) & SignBit;
        switch (operation)
        {
            case 0:
                return TryAdd(top.SignExponent, top.Significand, other.SignExponent, other.Significand, out result, out found);
            case 1:
                ulong high = Math.BigMul(top.Significand, other.Significand, out ulong low);
                int field = topField + otherField - Bias + 1;
                if ((long)high >= 0)
                {
                    high = (high << 1) | (low >> 63);
                    low <<= 1;
                    field--;
                }

                return TryRound(sign, field, high, low, out result, out found);
            case 4:
                return TryAdd(top.SignExponent, top.Significand, other.SignExponent ^ SignBit, other.Significand, out result, out found);
            case 5:
                return TryAdd(other.SignExponent, other.Significand, top.SignExponent ^ SignBit, top.Significand, out result, out found);
            case 6:
                return TryDivide(sign, topField - otherField + Bias, top.Significand, other.Significand, out result, out found);
            default:
                return TryDivide(sign, otherField - topField + Bias, other.Significand, top.Significand, out result, out found);
        }
    }

    /// <summary>A binary64 number as it is loaded, if it is a normal one: that finds nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryWiden(ulong bits, out Float80 value)
    {
        int field = (int)(bits >> 52) & 0x7ff;
        value = new Float80((ushort)((field + Bias - NarrowBias) | (int)(bits >> 48 & SignBit)), IntegerBit | (bits << 11));
        return (uint)(field - 1) < 0x7fe;
    }

    /// <summary>A number as it is stored as binary64, if it and the result are normal.</summary>
    /// <param name="value">The number.</param>
    /// <param name="bits">The rounded result.</param>
    /// <param name="found">What to enter in the status word: C1 and the precision exception.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryNarrow(Float80 value, out ulong bits, out int found)
    {
        int field = (value.SignExponent & MaximumField) - Bias + NarrowBias;
        ulong low = value.Significand << 53;
        ulong kept = value.Significand >> 11;
        bool up = low > IntegerBit - (kept & 1);
        // The significand's integer bit, and a carry out of it, count in the exponent.
        ulong magnitude = ((ulong)(field - 1) << 52) + kept + (up ? 1UL : 0);
        bits = magnitude | ((ulong)(value.SignExponent & SignBit) << 48);
        found = (up ? X87Stack.C1 : 0) | (low != 0 ? (int)FloatExceptions.Precision : 0);
        return field > 0 && (long)value.Significand < 0 && magnitude < 0x7ffUL << 52 && field < 0x7ff;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryAdd(int a, ulong larger, int b, ulong smaller, out Float80 result, out int found)
    {
        int distance = (a & MaximumField) - (b & MaximumField);
        if (distance < 0 || (distance == 0 && larger < smaller))
        {
            (a, b) = (b, a);
            (larger, smaller) = (smaller, larger);
            distance = -distance;
        }

        // From two bits below the result on it matters only whether anything is there.
        ulong low = distance switch
        {
            0 => 0,
            < 64 => smaller << (64 - distance),
            64 => smaller,
            _ => 1,
        };
        smaller = distance < 64 ? smaller >> distance : 0;
        int field = a & MaximumField;
        if (((a ^ b) & SignBit) == 0)
        {
            ulong sum = larger + smaller;
            if (sum < larger)
            {
                low = (sum << 63) | (low >> 1) | (low & 1);
                sum = (sum >> 1) | IntegerBit;
                field++;
            }

            return TryRound(a & SignBit, field, sum, low, out result, out found);
        }

        ulong difference = larger - smaller - (low != 0 ? 1UL : 0);
        low = 0 - low;
        if (difference == 0)
        {
            // Cancelled: exactly, or but for the bit below.
            result = default;
            found = 0;
            return low == 0;
        }

        int zeros = BitOperations.LeadingZeroCount(difference);
        if (zeros != 0)
        {
            difference = (difference << zeros) | (low >> (64 - zeros));
            low <<= zeros;
        }

        return TryRound(a & SignBit, field - zeros, difference, low, out result, out found);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryDivide(int sign, int field, ulong dividend, ulong divisor, out Float80 result, out int found)
    {
        ulong low = 0;
        if (dividend >= divisor)
        {
            low = dividend << 63;
            dividend >>= 1;
        }
        else
        {
            field--;
        }

        ulong quotient = Wide.Divide(dividend, low, divisor, out ulong remainder);
        // Against half of the divisor: the next bit of the quotient, and whether anything follows.
        ulong above = divisor - remainder;
        ulong rest = remainder == 0 ? 0 : remainder == above ? IntegerBit : remainder > above ? IntegerBit | 1 : 1;
        return TryRound(sign, field, quotient, rest, out result, out found);
    }

    /// <summary>Rounds a normalized significand with what lies below it; false if the result is out of range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRound(int sign, int field, ulong significand, ulong low, out Float80 result, out int found)
    {
        bool up = low > IntegerBit - (significand & 1);
        significand += up ? 1UL : 0;
        if (significand == 0)
        {
            significand = IntegerBit;
            field++;
        }

        result = new Float80((ushort)(sign | field), significand);
        found = (up ? X87Stack.C1 : 0) | (low != 0 ? (int)FloatExceptions.Precision : 0);
        return (uint)(field - 1) < MaximumField - 1;
    }
}
