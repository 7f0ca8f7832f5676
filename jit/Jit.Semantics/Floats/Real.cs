using System.Numerics;

namespace Rebound.Jit.Semantics;

/// <summary>
/// A number with 128 bits of significand, for functions whose result is then rounded to 64: (-1)^Negative * Significand * 2^(Exponent - 127), the highest bit set,
/// or zero. Operations cut off: each is wrong by less than 2^-125 of its result. There are no infinities; exponents do not overflow in what is done here.
/// </summary>
internal readonly struct Real(bool negative, int exponent, UInt128 significand)
{
    public readonly UInt128 Significand = significand;

    /// <summary>Of the highest bit.</summary>
    public readonly int Exponent = exponent;
    public readonly bool Negative = negative;

    private static readonly UInt128 HighestBit = (UInt128)1 << 127;

    public static Real One => new(false, 0, HighestBit);

    public bool IsZero => Significand == 0;

    public Real Negated => new(!Negative, Exponent, Significand);

    /// <summary>A finite number, zero included.</summary>
    public static Real From(Float80 value)
    {
        if (value.IsZero)
            return default;
        Unpacked unpacked = Float80.Unpack(value);
        return new Real(unpacked.Negative, unpacked.Exponent, new UInt128(unpacked.Significand, 0));
    }

    /// <summary>significand * 2^exponent.</summary>
    public static Real Scaled(bool negative, UInt128 significand, int exponent)
    {
        if (significand == 0)
            return default;
        int zeros = (int)UInt128.LeadingZeroCount(significand);
        return new Real(negative, exponent + 127 - zeros, significand << zeros);
    }

    public static Real From(int value) => Scaled(value < 0, (uint)Math.Abs(value), 0);

    /// <summary>The number times 2^<paramref name="by"/>.</summary>
    public Real Shifted(int by) => IsZero ? this : new Real(Negative, Exponent + by, Significand);

    /// <summary>For rounding: the digits beyond 64, and a lowest bit that says there are more, which is true of every value of these functions.</summary>
    public Unrounded Inexact() => new(Negative, Exponent, (ulong)(Significand >> 64), (ulong)Significand | 1);

    public static Real operator +(Real a, Real b)
    {
        if (a.IsZero)
            return b;
        if (b.IsZero)
            return a;
        if (a.Exponent < b.Exponent || (a.Exponent == b.Exponent && a.Significand < b.Significand))
            (a, b) = (b, a);
        int distance = a.Exponent - b.Exponent;
        // What is too small to matter still moves the result off its place, which directed rounding sees.
        UInt128 other = distance < 128 ? b.Significand >> distance : 0;
        if (a.Negative != b.Negative)
        {
            if (distance >= 128)
                other = 1;
            return Scaled(a.Negative, a.Significand - other, a.Exponent - 127);
        }

        UInt128 sum = unchecked(a.Significand + other);
        return sum < other ? new Real(a.Negative, a.Exponent + 1, (sum >> 1) | HighestBit) : new Real(a.Negative, a.Exponent, sum);
    }

    public static Real operator -(Real a, Real b) => a + b.Negated;

    public static Real operator *(Real a, Real b)
    {
        if (a.IsZero || b.IsZero)
            return default;
        ulong a1 = (ulong)(a.Significand >> 64);
        ulong a0 = (ulong)a.Significand;
        ulong b1 = (ulong)(b.Significand >> 64);
        ulong b0 = (ulong)b.Significand;
        UInt128 product = (UInt128)Math.BigMul(a1, b1) + Math.BigMul(a1, b0, out _) + Math.BigMul(a0, b1, out _);
        int exponent = a.Exponent + b.Exponent + 1;
        if (product < HighestBit)
        {
            product <<= 1;
            exponent--;
        }

        return new Real(a.Negative != b.Negative, exponent, product);
    }

    public static Real operator /(Real a, uint b)
    {
        if (a.IsZero)
            return a;
        // The divisor's bits are made room for first, so that the quotient keeps its own.
        int room = BitOperations.Log2(b) + 1;
        ulong high = (ulong)(a.Significand >> 64);
        ulong low = (ulong)a.Significand;
        ulong divisor = (ulong)b << (64 - room);
        // (high:low:0) / divisor, of which the first digit is below 2^64 because high / 2 < divisor.
        ulong first = Wide.Divide(high >> 1, (high << 63) | (low >> 1), divisor, out ulong rest);
        ulong second = Wide.Divide(rest, low << 63, divisor, out _);
        return Scaled(a.Negative, new UInt128(first, second), a.Exponent - 127 + 1 - room);
    }

    public static Real operator /(Real a, Real b)
    {
        if (a.IsZero)
            return a;
        UInt128 rest = a.Significand;
        UInt128 quotient = 0;
        bool carry = false;
        for (int i = 0; i < 128; i++)
        {
            quotient <<= 1;
            if (carry || rest >= b.Significand)
            {
                rest = unchecked(rest - b.Significand);
                quotient |= 1;
            }

            carry = rest >= HighestBit;
            rest <<= 1;
        }

        return Scaled(a.Negative != b.Negative, quotient, a.Exponent - b.Exponent - 127);
    }
}
