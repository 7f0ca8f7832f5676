namespace Rebound.Jit.Semantics;

/// <content>Addition, multiplication, division, square root, comparison.</content>
public readonly partial struct Float80
{
    public static Float80 Add(Float80 a, Float80 b, ref X87Status status)
    {
        if (!a.IsNormal || !b.IsNormal)
        {
            if (IsDecidedByNaN(a, b, ref status, out Float80 nan))
                return nan;
            return AddSpecial(a, b, ref status);
        }

        Unrounded sum = Unrounded.Add(Unpack(a), Unpack(b));
        return sum.IsZero ? Zero(status.Rounding == FloatRounding.Down) : Round(sum, ref status);
    }

    /// <summary>a - b.</summary>
    public static Float80 Subtract(Float80 a, Float80 b, ref X87Status status) =>
        b.IsNaN ? Add(a, b, ref status) : Add(a, b.Negated, ref status);

    public static Float80 Multiply(Float80 a, Float80 b, ref X87Status status)
    {
        if (!a.IsNormal || !b.IsNormal)
        {
            if (IsDecidedByNaN(a, b, ref status, out Float80 nan))
                return nan;
            if ((a.IsInfinity && b.IsZero) || (a.IsZero && b.IsInfinity))
                return Invalid(ref status);
            if (!AcceptsDenormals(a, b, ref status))
                return default;
            bool negative = a.IsNegative != b.IsNegative;
            if (a.IsInfinity || b.IsInfinity)
                return Infinity(negative);
            if (a.IsZero || b.IsZero)
                return Zero(negative);
        }

        return Round(Unrounded.Multiply(Unpack(a), Unpack(b)), ref status);
    }

    /// <summary>a / b.</summary>
    public static Float80 Divide(Float80 a, Float80 b, ref X87Status status)
    {
        if (!a.IsNormal || !b.IsNormal)
        {
            if (IsDecidedByNaN(a, b, ref status, out Float80 nan))
                return nan;
            if ((a.IsInfinity && b.IsInfinity) || (a.IsZero && b.IsZero))
                return Invalid(ref status);
            bool negative = a.IsNegative != b.IsNegative;
            if (b.IsZero && !a.IsInfinity)
            {
                status.Raised |= FloatExceptions.ZeroDivide;
                return Infinity(negative);
            }

            if (!AcceptsDenormals(a, b, ref status))
                return default;
            if (a.IsInfinity)
                return Infinity(negative);
            if (b.IsInfinity || a.IsZero)
                return Zero(negative);
        }

        return Round(Unrounded.Divide(Unpack(a), Unpack(b)), ref status);
    }

    public static Float80 SquareRoot(Float80 a, ref X87Status status)
    {
        if (!a.IsNormal || a.IsNegative)
        {
            if (IsDecidedByNaN(a, a, ref status, out Float80 nan))
                return nan;
            if (a.IsZero)
                return a;
            if (a.IsNegative)
                return Invalid(ref status);
            if (!AcceptsDenormals(a, a, ref status))
                return default;
            if (a.IsInfinity)
                return a;
        }

        return Round(Unrounded.SquareRoot(Unpack(a)), ref status);
    }

    /// <summary>How a relates to b.</summary>
    /// <param name="signalQuietNaN">True: any NaN is invalid; false: signaling ones only. Unsupported encodings always are.</param>
    public static FloatRelation Compare(Float80 a, Float80 b, bool signalQuietNaN, ref X87Status status)
    {
        if (IsDecidedByNaN(a, b, ref status, out _))
        {
            if (signalQuietNaN)
                status.Raised |= FloatExceptions.Invalid;
            return FloatRelation.Unordered;
        }

        _ = AcceptsDenormals(a, b, ref status);
        if (a.IsZero && b.IsZero)
            return FloatRelation.Equal;
        if (a.IsNegative != b.IsNegative)
            return a.IsNegative ? FloatRelation.Less : FloatRelation.Greater;
        int order = OrderOfMagnitudes(a, b);
        return order == 0 ? FloatRelation.Equal : (order < 0) != a.IsNegative ? FloatRelation.Less : FloatRelation.Greater;
    }

    /// <summary>A pseudo-denormal has the exponent of the smallest normal numbers.</summary>
    private static int OrderOfMagnitudes(Float80 a, Float80 b)
    {
        int exponentA = Math.Max(a.SignExponent & MaximumField, 1);
        int exponentB = Math.Max(b.SignExponent & MaximumField, 1);
        // Zero is below everything whatever its exponent.
        if (a.Significand == 0 || b.Significand == 0)
            return a.Significand.CompareTo(b.Significand);
        return exponentA != exponentB ? exponentA.CompareTo(exponentB) : a.Significand.CompareTo(b.Significand);
    }

    private static Float80 AddSpecial(Float80 a, Float80 b, ref X87Status status)
    {
        if (a.IsInfinity && b.IsInfinity && a.IsNegative != b.IsNegative)
            return Invalid(ref status);
        if (!AcceptsDenormals(a, b, ref status))
            return default;
        if (a.IsInfinity)
            return a;
        if (b.IsInfinity)
            return b;
        if (a.IsZero && b.IsZero)
            return a.IsNegative == b.IsNegative ? a : Zero(status.Rounding == FloatRounding.Down);
        if (a.IsZero || b.IsZero)
            return Round(Unrounded.Exact(Unpack(a.IsZero ? b : a)), ref status);
        Unrounded sum = Unrounded.Add(Unpack(a), Unpack(b));
        return sum.IsZero ? Zero(status.Rounding == FloatRounding.Down) : Round(sum, ref status);
    }
}
