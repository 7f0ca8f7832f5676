using System.Numerics;

namespace Rebound.Jit.Semantics;

/// <summary>A finite number that is not 0: (-1)^Negative * Significand * 2^(Exponent - 63), with the highest bit of the significand set.</summary>
internal readonly struct Unpacked(bool negative, int exponent, ulong significand)
{
    public readonly ulong Significand = significand;

    /// <summary>Of the highest bit.</summary>
    public readonly int Exponent = exponent;
    public readonly bool Negative = negative;

    /// <summary>From any significand but 0.</summary>
    /// <param name="exponent">Of bit 63 of the significand as given.</param>
    public static Unpacked Normalize(bool negative, int exponent, ulong significand)
    {
        int zeros = BitOperations.LeadingZeroCount(significand);
        return new Unpacked(negative, exponent - zeros, significand << zeros);
    }
}
