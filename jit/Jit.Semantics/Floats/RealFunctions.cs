namespace Rebound.Jit.Semantics;

/// <summary>Elementary functions on <see cref="Real"/>, to some 110 bits, by power series after a reduction of the argument.</summary>
internal static class RealFunctions
{
    // As many terms as bring the first one left out below 2^-110 on the reduced argument.
    private const uint ExponentialTerms = 32;
    private const uint CircularTerms = 26;
    private const int LogarithmTerms = 22;
    private const int ArcTangentTerms = 28;

    public static Real Pi => new(false, 1, new UInt128(0xc90f_daa2_2168_c234, 0xc4c6_628b_80dc_1cd1));

    private static Real LogOf2 => new(false, -1, new UInt128(0xb172_17f7_d1cf_79ab, 0xc9e3_b398_03f2_f6af));

    /// <summary>log2(e).</summary>
    private static Real LogOfE => new(false, 0, new UInt128(0xb8aa_3b29_5c17_f0bb, 0xbe87_fed0_691d_3e89));

    private static Real ArcTangentOfHalf => new(false, -2, new UInt128(0xed63_382b_0dda_7b45, 0x6fe4_45ec_bc3a_8d03));

    /// <summary>2^x - 1 for x from -1 to 1.</summary>
    public static Real PowerOf2Less1(Real x)
    {
        Real y = x * LogOf2;
        Real sum = Real.One;
        for (uint k = ExponentialTerms; k >= 2; k--)
            sum = Real.One + (y * sum / k);
        return y * sum;
    }

    /// <summary>log2(x) for x above 0.</summary>
    public static Real Log2(Real x)
    {
        // m from about 0.7 to 1.4, so that no digits cancel unless x itself is near 1.
        int exponent = x.Exponent;
        bool upper = x.Significand >> 120 >= 0xb5;
        Real m = x.Shifted(-exponent);
        if (upper)
        {
            m = m.Shifted(-1);
            exponent++;
        }

        return Real.From(exponent) + (Log((m - Real.One) / (m + Real.One)) * LogOfE);
    }

    /// <summary>log2(1 + x) for x above -1, exact in its small results too.</summary>
    public static Real Log2Of1Plus(Real x) => x.Exponent < -1 ? Log((x / (x + Real.From(2)))) * LogOfE : Log2(Real.One + x);

    /// <summary>The angle of the point (x, y), both above 0, from 0 to pi / 2.</summary>
    public static Real Angle(Real y, Real x)
    {
        bool steep = y.Exponent > x.Exponent || (y.Exponent == x.Exponent && y.Significand > x.Significand);
        Real angle = ArcTangent(steep ? x / y : y / x);
        return steep ? Pi.Shifted(-1) - angle : angle;
    }

    /// <summary>sin(x) for x up to pi / 4.</summary>
    public static Real Sine(Real x)
    {
        Real square = x * x;
        Real sum = Real.One;
        for (uint k = CircularTerms; k >= 2; k -= 2)
            sum = Real.One - (square * sum / (k * (k + 1)));
        return x * sum;
    }

    /// <summary>cos(x) for x up to pi / 4.</summary>
    public static Real Cosine(Real x)
    {
        Real square = x * x;
        Real sum = Real.One;
        for (uint k = CircularTerms; k >= 2; k -= 2)
            sum = Real.One - (square * sum / (k * (k - 1)));
        return sum;
    }

    /// <summary>ln((1 + z) / (1 - z)) for z up to 0.18.</summary>
    private static Real Log(Real z)
    {
        Real square = z * z;
        Real sum = Real.One / ((2 * LogarithmTerms) + 1);
        for (int k = LogarithmTerms - 1; k >= 0; k--)
            sum = (Real.One / ((2 * (uint)k) + 1)) + (square * sum);
        return (z * sum).Shifted(1);
    }

    /// <summary>Of t from 0 to 1, by way of the arc tangent of 0, 1/2 or 1, whichever is near.</summary>
    private static Real ArcTangent(Real t)
    {
        if (t.Exponent < -2)
            return Series(t);
        // From 1/4 to 3/4, or above.
        bool middle = t.Exponent < -1 || (t.Exponent == -1 && t.Significand < (UInt128)3 << 126);
        if (!middle)
            return Pi.Shifted(-2) + Series((t - Real.One) / (t + Real.One));
        Real half = Real.One.Shifted(-1);
        return ArcTangentOfHalf + Series((t - half) / (Real.One + t.Shifted(-1)));
    }

    private static Real Series(Real u)
    {
        Real square = u * u;
        Real sum = Real.One / ((2 * ArcTangentTerms) + 1);
        for (int k = ArcTangentTerms - 1; k >= 0; k--)
            sum = (Real.One / ((2 * (uint)k) + 1)) - (square * sum);
        return u * sum;
    }
}
