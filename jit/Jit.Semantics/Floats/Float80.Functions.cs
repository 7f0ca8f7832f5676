namespace Rebound.Jit.Semantics;

/// <content>
/// F2XM1, FYL2X, FYL2XP1, FPATAN, FSIN, FCOS, FPTAN: correctly rounded but for rare ties of 64 against some 110 bits. Angles are reduced by pi cut off to
/// 66 bits, as the processors do it (Intel SDM vol. 1, 8.3.8).
/// </content>
public readonly partial struct Float80
{
    /// <summary>Exponent from which on angles are not reduced.</summary>
    private const int LargestAngle = 63;

    /// <summary>pi / 2 of 66 bits, in units of 2^-67.</summary>
    private static UInt128 HalfPi => new(0xc, 0x90fd_aa22_168c_234c);

    /// <summary>2^a - 1. Beyond -1 to 1 the result is undefined: a itself.</summary>
    public static Float80 PowerOf2Less1(Float80 a, ref X87Status status)
    {
        if (IsDecidedByNaN(a, a, ref status, out Float80 nan))
            return nan;
        if (a.IsInfinity)
            return a.IsNegative ? One.Negated : a;
        if (!AcceptsDenormals(a, a, ref status))
            return default;
        if (a.IsZero)
            return a;
        Unpacked value = Unpack(a);
        if (value.Exponent >= 0)
        {
            // The host calls all of these inexact.
            status.Raised |= FloatExceptions.Precision;
            if (value.Exponent > 0 || value.Significand != IntegerBit)
                return a;
            return value.Negative ? new Float80((ushort)(SignBit | (Bias - 1)), IntegerBit) : One;
        }

        return RoundFull(RealFunctions.PowerOf2Less1(Real.From(a)).Inexact(), ref status);
    }

    /// <summary>b * log2(a).</summary>
    public static Float80 Logarithm(Float80 a, Float80 b, ref X87Status status)
    {
        if (IsDecidedByNaN(a, b, ref status, out Float80 nan))
            return nan;
        if (a.IsNegative && !a.IsZero)
            return Invalid(ref status);
        if (a.IsZero)
        {
            if (b.IsZero)
                return Invalid(ref status);
            if (!b.IsInfinity)
                status.Raised |= FloatExceptions.ZeroDivide;
            return Infinity(!b.IsNegative);
        }

        bool isOne = a.Equals(One);
        if ((isOne && b.IsInfinity) || (a.IsInfinity && b.IsZero))
            return Invalid(ref status);
        if (!AcceptsDenormals(a, b, ref status))
            return default;
        if (a.IsInfinity)
            return b.IsNegative ? Infinity(true) : a;
        bool negative = b.IsNegative != (Unpack(a).Exponent < 0);
        if (b.IsInfinity)
            return Infinity(negative);
        if (b.IsZero || isOne)
            return Zero(negative);
        Unpacked value = Unpack(a);
        if (value.Significand == IntegerBit)
        {
            // A power of two: the product needs no more than rounding. That the host calls even exact ones inexact is taken over.
            Unpacked exponent = Unpacked.Normalize(value.Exponent < 0, 63, (ulong)Math.Abs(value.Exponent));
            Float80 product = RoundFull(Unrounded.Multiply(exponent, Unpack(b)), ref status);
            status.Raised |= product.IsDenormal ? FloatExceptions.Precision | FloatExceptions.Underflow : FloatExceptions.Precision;
            return product;
        }

        return RoundFull((RealFunctions.Log2(Real.From(a)) * Real.From(b)).Inexact(), ref status);
    }

    /// <summary>b * log2(a + 1). For a at or below -1 the result is undefined: a itself.</summary>
    public static Float80 LogarithmOf1Plus(Float80 a, Float80 b, ref X87Status status)
    {
        if (IsDecidedByNaN(a, b, ref status, out Float80 nan))
            return nan;
        if ((a.IsZero && b.IsInfinity) || (a.IsInfinity && (a.IsNegative || b.IsZero)))
            return Invalid(ref status);
        if (!AcceptsDenormals(a, b, ref status))
            return default;
        bool negative = a.IsNegative != b.IsNegative;
        if (a.IsInfinity || b.IsInfinity)
            return Infinity(negative);
        if (a.IsZero || b.IsZero)
            return Zero(negative);
        if (a.IsNegative && Unpack(a).Exponent >= 0)
        {
            status.Raised |= FloatExceptions.Precision;
            return a;
        }

        return RoundFull((RealFunctions.Log2Of1Plus(Real.From(a)) * Real.From(b)).Inexact(), ref status);
    }

    /// <summary>The angle of the point (x, y), from -pi to pi.</summary>
    public static Float80 Angle(Float80 y, Float80 x, ref X87Status status)
    {
        if (IsDecidedByNaN(y, x, ref status, out Float80 nan))
            return nan;
        if (!AcceptsDenormals(y, x, ref status))
            return default;
        bool negative = y.IsNegative;
        Real angle;
        if (y.IsInfinity)
        {
            angle = x.IsInfinity ? (x.IsNegative ? RealFunctions.Pi * Real.From(3) : RealFunctions.Pi).Shifted(-2) : RealFunctions.Pi.Shifted(-1);
        }
        else if (y.IsZero || x.IsInfinity)
        {
            if (!x.IsNegative)
                return Zero(negative);
            angle = RealFunctions.Pi;
        }
        else if (x.IsZero)
        {
            angle = RealFunctions.Pi.Shifted(-1);
        }
        else
        {
            angle = RealFunctions.Angle(Real.From(y.Absolute), Real.From(x.Absolute));
            if (x.IsNegative)
                angle = RealFunctions.Pi - angle;
        }

        return RoundFull((negative ? angle.Negated : angle).Inexact(), ref status);
    }

    /// <summary>sin(a).</summary>
    /// <param name="outOfRange">True: the angle is too large, and nothing happens.</param>
    public static Float80 Sine(Float80 a, out bool outOfRange, ref X87Status status) => Circular(a, 0, out outOfRange, ref status);

    /// <summary>cos(a).</summary>
    /// <param name="outOfRange">True: the angle is too large, and nothing happens.</param>
    public static Float80 Cosine(Float80 a, out bool outOfRange, ref X87Status status) => Circular(a, 1, out outOfRange, ref status);

    /// <summary>tan(a).</summary>
    /// <param name="outOfRange">True: the angle is too large, and nothing happens.</param>
    public static Float80 Tangent(Float80 a, out bool outOfRange, ref X87Status status)
    {
        if (IsDecidedEarly(a, out outOfRange, ref status, out Float80 result))
            return result;
        if (a.IsZero)
            return a;
        Real angle = Reduce(a, out int quadrant);
        Real sine = RealFunctions.Sine(angle);
        Real cosine = RealFunctions.Cosine(angle);
        Real tangent = (quadrant & 1) == 0 ? sine / cosine : (cosine / sine).Negated;
        return RoundFull(tangent.Inexact(), ref status);
    }

    /// <param name="shift">Quadrants to add: 0 for the sine, 1 for the cosine.</param>
    private static Float80 Circular(Float80 a, int shift, out bool outOfRange, ref X87Status status)
    {
        if (IsDecidedEarly(a, out outOfRange, ref status, out Float80 result))
            return result;
        if (a.IsZero)
            return shift == 0 ? a : One;
        Real angle = Reduce(a, out int quadrant);
        quadrant += shift;
        Real value = (quadrant & 1) == 0 ? RealFunctions.Sine(angle) : RealFunctions.Cosine(angle);
        return RoundFull(((quadrant & 2) != 0 ? value.Negated : value).Inexact(), ref status);
    }

    /// <summary>NaNs, infinities, denormals that end the operation, and angles too large.</summary>
    private static bool IsDecidedEarly(Float80 a, out bool outOfRange, ref X87Status status, out Float80 result)
    {
        outOfRange = false;
        if (IsDecidedByNaN(a, a, ref status, out result))
            return true;
        if (a.IsInfinity)
        {
            result = Invalid(ref status);
            return true;
        }

        if (!AcceptsDenormals(a, a, ref status))
            return true;
        outOfRange = !a.IsZero && Unpack(a).Exponent >= LargestAngle;
        return outOfRange;
    }

    /// <summary>The angle less a whole number of right angles, from -pi/4 to pi/4; the low bits of that number.</summary>
    private static Real Reduce(Float80 a, out int quadrant)
    {
        Unpacked value = Unpack(a);
        quadrant = 0;
        // In units of 2^-67: the significand shifted left by as much, modulo pi / 2.
        int shift = value.Exponent + 4;
        if (shift < 0)
            return Real.From(a);
        UInt128 rest = value.Significand;
        for (int i = 0; i < shift; i++)
        {
            rest <<= 1;
            quadrant <<= 1;
            if (rest >= HalfPi)
            {
                rest -= HalfPi;
                quadrant |= 1;
            }
        }

        bool negative = value.Negative;
        if (rest > HalfPi >> 1)
        {
            rest = HalfPi - rest;
            quadrant++;
            negative = !negative;
        }

        // sin(-a) = -sin(a), cos(-a) = cos(a): a negative angle counts its quadrants the other way.
        quadrant = (value.Negative ? -quadrant : quadrant) & 3;
        return Real.Scaled(negative, rest, -67);
    }
}
