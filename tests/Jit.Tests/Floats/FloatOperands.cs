namespace Rebound.Jit.Tests.Floats;

/// <summary>Operands that matter: limits of every kind, and numbers near each other.</summary>
internal static class FloatOperands
{
    /// <summary>Edge values of a format, both signs.</summary>
    public static ulong[] Edges(int fractionBits, int exponentBits)
    {
        ulong one = 1UL << fractionBits;
        ulong top = (1UL << exponentBits) - 1;
        ulong bias = top >> 1;
        ulong fraction = one - 1;
        List<ulong> magnitudes =
        [
            0, 1, 2, 3, one >> 1, (one >> 1) + 1, fraction - 1, fraction, one, one + 1, (2 * one) - 1, 2 * one, 3 * one + 5,
            (bias * one) - one - 1, (bias * one) - one, (bias * one) - one + 1, (bias * one) - 1, bias * one, (bias * one) + 1, (bias * one) + (one >> 1),
            (bias * one) + (one >> 1) + 1, (bias * one) + (one >> 2), (bias + 1) * one, ((bias + 1) * one) + (one >> 2), ((bias + 1) * one) + 1,
            (top - 1) * one, (top * one) - 2, (top * one) - 1, top * one, (top * one) + 1, (top * one) + (one >> 1), (top * one) + (one >> 1) + 5,
            (top * one) + fraction, (top * one) + (one >> 1) - 1, ((bias / 2) * one) + 7, ((bias + (bias / 2)) * one) + 9,
        ];
        foreach (int power in (int[])[7, 8, 15, 16, 23, 30, 31, 32, 52, 62, 63, 64])
        {
            ulong exponent = bias + (ulong)power;
            if (exponent >= top)
                continue;
            magnitudes.AddRange([exponent * one, (exponent * one) - 1, (exponent * one) + 1]);
            if (power < fractionBits)
                magnitudes.Add((exponent * one) + (one >> (power + 1)));
        }

        ulong sign = one << exponentBits;
        return [.. magnitudes, .. magnitudes.Select(m => m | sign)];
    }

    /// <summary>A random number: anything, or near another, or of few bits.</summary>
    public static ulong Next(Random random, ulong[] edges, ulong near, int fractionBits, int exponentBits)
    {
        ulong mask = (2UL << (fractionBits + exponentBits)) - 1;
        ulong bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue) & mask;
        return random.Next(8) switch
        {
            0 => edges[random.Next(edges.Length)],
            1 => near,
            2 => (near + (ulong)random.Next(-3, 4)) & mask,
            3 => near ^ (1UL << random.Next(fractionBits + exponentBits + 1)),
            4 => (near & ~((1UL << fractionBits) - 1)) | (bits & ((1UL << fractionBits) - 1)),
            5 => (bits & ~((1UL << fractionBits) - 1)) | (bits & ((1UL << fractionBits) - 1) & ~((1UL << random.Next(fractionBits)) - 1)),
            6 => bits & ~(((1UL << exponentBits) - 1) << fractionBits),
            _ => bits,
        };
    }
}
