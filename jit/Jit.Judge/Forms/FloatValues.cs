namespace Rebound.Jit.Judge;

/// <summary>
/// Floating-point numbers to test with: the edges of each format, numbers near the limits of the integer types, random bits, and numbers whose
/// exponents are close to each other's, which is where sums cancel and round.
/// </summary>
public sealed class FloatValues(Random random)
{
    private static readonly uint[] Singles =
    [
        0, 0x8000_0000, 1, 0x8000_0001, 0x0040_0000, 0x007f_ffff, 0x807f_ffff, 0x0080_0000, 0x8080_0000, 0x0080_0001, 0x3f80_0000, 0xbf80_0000, 0x3f80_0001,
        0x3f7f_ffff, 0x7f7f_ffff, 0xff7f_ffff, 0x7f80_0000, 0xff80_0000, 0x7fc0_0000, 0xffc0_0000, 0x7fc1_2345, 0x7fa1_2345, 0xff80_0001, 0x7fbf_ffff,
        0x3f00_0000, 0xbf00_0000, 0x3fc0_0000, 0x4020_0000, 0xc020_0000, 0x3eff_ffff, 0x46ff_fe00, 0x4700_0000, 0xc700_0000, 0x4eff_ffff, 0x4f00_0000,
        0xcf00_0000, 0xcf00_0001, 0x4f7f_ffff, 0x4f80_0000, 0x5eff_ffff, 0x5f00_0000, 0xdf00_0000, 0x5f80_0000, 0x3400_0000, 0x3380_0000, 0x4b00_0000,
        0x4b7f_ffff, 0x4b00_0001, 0x477f_e000, 0x477f_efff, 0x477f_f000, 0x3880_0000, 0x387f_ffff, 0x3300_0000, 0x3300_0001, 0x32ff_ffff, 0x2000_0000, 0x1f80_0000,
        0x4049_0fdb, 0x5f7f_ffff, 0x7e80_0000, 0x0180_0000,
    ];

    private static readonly ulong[] Doubles =
    [
        0, 0x8000_0000_0000_0000, 1, 0x8000_0000_0000_0001, 0x0008_0000_0000_0000, 0x000f_ffff_ffff_ffff, 0x800f_ffff_ffff_ffff, 0x0010_0000_0000_0000,
        0x8010_0000_0000_0000, 0x0010_0000_0000_0001, 0x3ff0_0000_0000_0000, 0xbff0_0000_0000_0000, 0x3ff0_0000_0000_0001, 0x3fef_ffff_ffff_ffff,
        0x7fef_ffff_ffff_ffff, 0xffef_ffff_ffff_ffff, 0x7ff0_0000_0000_0000, 0xfff0_0000_0000_0000, 0x7ff8_0000_0000_0000, 0xfff8_0000_0000_0000,
        0x7ff8_1234_5678_9abc, 0x7ff4_1234_5678_9abc, 0xfff0_0000_0000_0001, 0x7ff7_ffff_ffff_ffff, 0x3fe0_0000_0000_0000, 0xbfe0_0000_0000_0000,
        0x3ff8_0000_0000_0000, 0x4004_0000_0000_0000, 0xc004_0000_0000_0000, 0x3fdf_ffff_ffff_ffff, 0x40df_ffc0_0000_0000, 0x40df_ffe0_0000_0000,
        0xc0e0_0010_0000_0000, 0x41df_ffff_ffc0_0000, 0x41df_ffff_ffe0_0000, 0x41e0_0000_0000_0000, 0xc1e0_0000_0000_0000, 0xc1e0_0000_0010_0000,
        0xc1e0_0000_0020_0000, 0x41ef_ffff_ffe0_0000, 0x41f0_0000_0000_0000, 0x43df_ffff_ffff_ffff, 0x43e0_0000_0000_0000, 0xc3e0_0000_0000_0000,
        0xc3e0_0000_0000_0001, 0x43f0_0000_0000_0000, 0x3cb0_0000_0000_0000, 0x3ca0_0000_0000_0000, 0x4330_0000_0000_0000, 0x4330_0000_0000_0001,
        0x433f_ffff_ffff_ffff, 0x4340_0000_0000_0000, 0x47ef_ffff_e000_0000, 0x47ef_ffff_efff_ffff, 0x47ef_ffff_f000_0000, 0x47f0_0000_0000_0000,
        0x3810_0000_0000_0000, 0x380f_ffff_ffff_ffff, 0x380f_ffff_f000_0000, 0x36a0_0000_0000_0000, 0x3690_0000_0000_0000, 0x3690_0000_0000_0001,
        0x2000_0000_0000_0000, 0x1ff0_0000_0000_0000, 0x4009_21fb_5444_2d18,
    ];

    private static readonly ushort[] Halves =
    [
        0, 0x8000, 1, 0x8001, 0x0200, 0x03ff, 0x0400, 0x8400, 0x3c00, 0xbc00, 0x7bff, 0xfbff, 0x7c00, 0xfc00, 0x7e00, 0xfe00, 0x7d23, 0xfc01, 0x3555, 0x3800, 0x4200,
    ];

    /// <summary>Sign and exponent, then the significand with its explicit integer bit.</summary>
    private static readonly (ushort Exponent, ulong Significand)[] Extendeds =
    [
        (0, 0), (0x8000, 0), (0, 1), (0x8000, 1), (0, 0x7fff_ffff_ffff_ffff), (0, 0x8000_0000_0000_0000), (0x8000, 0x8000_0000_0000_0001),
        (1, 0x8000_0000_0000_0000), (0x8001, 0x8000_0000_0000_0000), (1, 0x8000_0000_0000_0001), (0x3fff, 0x8000_0000_0000_0000), (0xbfff, 0x8000_0000_0000_0000),
        (0x3fff, 0x8000_0000_0000_0001), (0x3ffe, 0xffff_ffff_ffff_ffff), (0x7ffe, 0xffff_ffff_ffff_ffff), (0xfffe, 0xffff_ffff_ffff_ffff),
        (0x7fff, 0x8000_0000_0000_0000), (0xffff, 0x8000_0000_0000_0000), (0x7fff, 0xc000_0000_0000_0000), (0xffff, 0xc000_0000_0000_0000),
        (0x7fff, 0xc123_4567_89ab_cdef), (0x7fff, 0xa123_4567_89ab_cdef), (0xffff, 0x8000_0000_0000_0001), (0x7fff, 0xbfff_ffff_ffff_ffff),
        (0x7fff, 0), (0xffff, 0x4000_0000_0000_0001), (0x4000, 0x7fff_ffff_ffff_ffff), (0x3fff, 0x4000_0000_0000_0000), (0xc005, 1),
        (0x3ffe, 0x8000_0000_0000_0000), (0xbffe, 0x8000_0000_0000_0000), (0x3fff, 0xc000_0000_0000_0000), (0x4000, 0xa000_0000_0000_0000),
        (0xc000, 0xa000_0000_0000_0000), (0x3ffd, 0xffff_ffff_ffff_ffff), (0x400d, 0xfffe_0000_0000_0000), (0x400d, 0xffff_0000_0000_0000),
        (0x400e, 0x8000_0000_0000_0000), (0xc00e, 0x8000_0000_0000_0000), (0xc00e, 0x8000_8000_0000_0000), (0xc00e, 0x8001_0000_0000_0000),
        (0x401d, 0xffff_fffe_0000_0000), (0x401d, 0xffff_ffff_0000_0000), (0x401e, 0x8000_0000_0000_0000), (0xc01e, 0x8000_0000_0000_0000),
        (0xc01e, 0x8000_0000_8000_0000), (0x403d, 0xffff_ffff_ffff_fffe), (0x403d, 0xffff_ffff_ffff_ffff), (0x403e, 0x8000_0000_0000_0000),
        (0xc03e, 0x8000_0000_0000_0000), (0xc03e, 0x8000_0000_0000_0001), (0x403a, 0xde0b_6b3a_763f_fff0), (0x403a, 0xde0b_6b3a_763f_fff8),
        (0x403a, 0xde0b_6b3a_7640_0000), (0xc03a, 0xde0b_6b3a_7640_0000), (0x407f, 0x8000_0000_0000_0000), (0x407e, 0xffff_ff00_0000_0000),
        (0x407e, 0xffff_ff7f_ffff_ffff), (0x407e, 0xffff_ff80_0000_0000), (0x3f81, 0x8000_0000_0000_0000), (0x3f80, 0xffff_ff80_0000_0000),
        (0x3f6a, 0x8000_0000_0000_0000), (0x3f69, 0x8000_0000_0000_0000), (0x43fe, 0xffff_ffff_ffff_f800), (0x43fe, 0xffff_ffff_ffff_fc00),
        (0x43ff, 0x8000_0000_0000_0000), (0x3c01, 0x8000_0000_0000_0000), (0x3c00, 0xffff_ffff_ffff_fc00), (0x3bcd, 0x8000_0000_0000_0000),
        (0x3bcc, 0x8000_0000_0000_0000), (0x3bcc, 0x8000_0000_0000_0001), (0x4000, 0xc90f_daa2_2168_c235), (0x3ffe, 0xc90f_daa2_2168_c235),
        (0x403e, 0xc90f_daa2_2168_c235), (0x2000, 0x8000_0000_0000_0000), (0x5fff, 0x8000_0000_0000_0000),
    ];

    /// <summary>Power of two that "close" numbers lie around; see <see cref="NextState"/>.</summary>
    private int _exponent;

    /// <summary>Chooses where the close numbers of the next state lie: anywhere, or near where a format ends.</summary>
    public void NextState() => _exponent = random.Next(8) switch
    {
        0 => -126 + random.Next(-4, 5),
        1 => -1022 + random.Next(-4, 5),
        2 => 127 + random.Next(-3, 1),
        3 => 1023 + random.Next(-3, 1),
        4 => random.Next(-16000, 16000),
        _ => random.Next(-30, 70),
    };

    public uint Single() => random.Next(8) switch
    {
        0 or 1 or 2 => Singles[random.Next(Singles.Length)],
        3 => (uint)random.NextInt64(),
        4 => BitConverter.SingleToUInt32Bits(Whole()),
        5 => Singles[random.Next(Singles.Length)] + (uint)random.Next(-2, 3),
        _ => ((uint)random.Next(2) << 31) | ((uint)Math.Clamp(Close() + 127, 0, 254) << 23) | ((uint)Sparse(random.NextInt64()) & 0x7f_ffff),
    };

    public ulong Double() => random.Next(8) switch
    {
        0 or 1 or 2 => Doubles[random.Next(Doubles.Length)],
        3 => Bits(),
        4 => BitConverter.DoubleToUInt64Bits(random.Next(2) == 0 ? Whole() : random.NextInt64() / 2.0),
        5 => Doubles[random.Next(Doubles.Length)] + (ulong)(long)random.Next(-2, 3),
        _ => ((ulong)random.Next(2) << 63) | ((ulong)Math.Clamp(Close() + 1023, 0, 2046) << 52) | ((ulong)Sparse(random.NextInt64()) & 0xf_ffff_ffff_ffff),
    };

    public ushort Half() => random.Next(2) == 0 ? Halves[random.Next(Halves.Length)] : (ushort)random.Next();

    /// <summary>Writes the ten bytes of an 80-bit number.</summary>
    public void Extended(Span<byte> ten)
    {
        (ushort exponent, ulong significand) = random.Next(8) switch
        {
            0 or 1 or 2 => Extendeds[random.Next(Extendeds.Length)],
            3 => ((ushort)random.Next(), Bits()),
            4 => OfInteger(random.Next(3) == 0 ? random.NextInt64() : (long)Whole()),
            5 => OfInteger((long)Bits() >> random.Next(64)),
            _ => ((ushort)((random.Next(2) << 15) | Math.Clamp(Close() + 16383, 0, 32766)), (1UL << 63) | (ulong)Sparse(random.NextInt64())),
        };
        BitConverter.TryWriteBytes(ten, significand);
        BitConverter.TryWriteBytes(ten[8..], exponent);
    }

    /// <summary>Writes ten bytes of packed decimal: eighteen digits and a sign, now and then with digits above nine.</summary>
    public void Decimal(Span<byte> ten)
    {
        int digits = random.Next(20);
        bool wild = random.Next(8) == 0;
        for (int i = 0; i < 9; i++)
        {
            int low = 2 * i < digits ? random.Next(wild ? 16 : 10) : 0;
            int high = (2 * i) + 1 < digits ? random.Next(wild ? 16 : 10) : 0;
            ten[i] = (byte)(low | (high << 4));
        }

        ten[9] = random.Next(4) == 0 ? (byte)random.Next(256) : (byte)(random.Next(2) << 7);
    }

    private ulong Bits() => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    /// <summary>A small multiple of a half: sums, products and quotients of them are often exact, or exactly between two numbers.</summary>
    private float Whole() => random.Next(-200, 200) * 0.5f;

    private int Close() => _exponent + random.Next(-3, 4) + (random.Next(4) == 0 ? random.Next(-70, 70) : 0);

    /// <summary>Random bits, often with long runs of zeros or ones at the end.</summary>
    private long Sparse(long bits) => random.Next(3) switch
    {
        0 => bits,
        1 => bits & (-1L << random.Next(64)),
        _ => bits | ((1L << random.Next(63)) - 1),
    };

    private static (ushort Exponent, ulong Significand) OfInteger(long value)
    {
        if (value == 0)
            return (0, 0);
        ulong magnitude = value < 0 ? (ulong)-value : (ulong)value;
        int shift = System.Numerics.BitOperations.LeadingZeroCount(magnitude);
        return ((ushort)((value < 0 ? 0x8000 : 0) | (16383 + 63 - shift)), magnitude << shift);
    }
}
