using Rebound.Jit.Semantics;

namespace Rebound.Jit.Tests.Floats;

/// <summary>80-bit operands that matter.</summary>
internal static class X87Operands
{
    /// <summary>Limits of the 80-bit format, of the formats it is stored to, and encodings that the x87 refuses.</summary>
    public static Float80[] Edges()
    {
        ulong[] significands =
        [
            1UL << 63, (1UL << 63) + 1, ulong.MaxValue, ulong.MaxValue - 1, 3UL << 62, (3UL << 62) + 1, 0xa000_0000_0000_0001, 0xffff_ff00_0000_0000,
            0xffff_ff80_0000_0000, 0xffff_ff7f_ffff_ffff, 0xffff_ffff_ffff_f800, 0xffff_ffff_ffff_fc00, 0xffff_ffff_ffff_fbff, 0x8000_0080_0000_0000,
            0x8000_0000_0000_0400, 0x8000_0000_0000_0c00, 0xbfff_ffff_ffff_ffff, 0x8000_0180_0000_0000,
        ];
        int[] exponents =
        [
            1, 2, 63, 64, 65, 0x3f80 - 24, 0x3f80, 0x3f81, 0x3f82, 0x3c00 - 53, 0x3c00, 0x3c01, 0x3ffd, 0x3ffe, 0x3fff, 0x4000, 0x400d, 0x400e, 0x400f, 0x401d, 0x401e,
            0x401f, 0x403a, 0x403b, 0x403c, 0x403d, 0x403e, 0x403f, 0x407e, 0x407f, 0x43fe, 0x43ff, 0x7fdf, 0x7ffd, 0x7ffe,
        ];
        List<Float80> edges = [];
        Random random = new(1);
        foreach (int exponent in exponents)
        {
            for (int i = 0; i < 4; i++)
                edges.Add(new Float80((ushort)(exponent | (random.Next(2) << 15)), i == 0 ? 1UL << 63 : significands[random.Next(significands.Length)]));
        }

        foreach (int sign in (int[])[0, 0x8000])
        {
            edges.AddRange([
                new((ushort)sign, 0), new((ushort)sign, 1), new((ushort)sign, 0x7fff_ffff_ffff_ffff), new((ushort)sign, 0x4000_0000_0000_0000),
                new((ushort)sign, 1UL << 63), new((ushort)sign, (1UL << 63) | 77), new((ushort)sign, ulong.MaxValue),
                new((ushort)(sign | 0x7fff), 1UL << 63), new((ushort)(sign | 0x7fff), 3UL << 62), new((ushort)(sign | 0x7fff), (3UL << 62) | 99),
                new((ushort)(sign | 0x7fff), (1UL << 63) | 1), new((ushort)(sign | 0x7fff), 0xbfff_0000_0000_0000), new((ushort)(sign | 0x7fff), ulong.MaxValue),
                new((ushort)(sign | 0x7fff), 0), new((ushort)(sign | 0x7fff), 1), new((ushort)(sign | 0x3fff), 0), new((ushort)(sign | 0x3fff), 0x4000_0000_0000_0000),
                new((ushort)(sign | 0x3fff), 1UL << 63), new((ushort)(sign | 1), 0x7fff_ffff_ffff_ffff), new((ushort)(sign | 0x403a), 0xde0b_6b3a_763f_fff0),
            ]);
        }

        return [.. edges];
    }

    /// <summary>A random number: anything, or near another.</summary>
    public static Float80 Next(Random random, Float80[] edges, Float80 near)
    {
        ulong bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
        ushort sign = (ushort)(random.Next(2) << 15);
        return random.Next(8) switch
        {
            0 => edges[random.Next(edges.Length)],
            1 => new Float80((ushort)(near.SignExponent ^ sign), near.Significand),
            2 => new Float80((ushort)(near.SignExponent ^ sign), near.Significand + (ulong)random.Next(-3, 4)),
            3 => new Float80((ushort)((near.SignExponent ^ sign) + random.Next(-3, 4)), bits | (1UL << 63)),
            4 => new Float80((ushort)(((near.SignExponent + random.Next(-130, 130)) & 0x7fff) | sign), bits | (1UL << 63)),
            5 => new Float80((ushort)((0x3fff + random.Next(-70, 70)) | sign), (bits & (ulong.MaxValue << random.Next(64))) | (1UL << 63)),
            6 => new Float80((ushort)(random.Next(0x8000) | sign), bits),
            _ => new Float80((ushort)(random.Next(0x8000) | sign), bits | (1UL << 63)),
        };
    }
}
