using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>CRC32: the checksum with the Castagnoli polynomial, bits reflected (Intel SDM vol. 2).</summary>
public static class Checksums
{
    /// <summary>The polynomial 0x11edc6f41 with its bits reversed.</summary>
    private const uint Polynomial = 0x82f6_3b78;

    /// <summary><paramref name="a"/>: the checksum so far in its low 32 bits; <paramref name="b"/>: <paramref name="size"/> bytes of data.</summary>
    [MicroOpMethod(MicroOpCode.Crc32)]
    public static ulong Crc32(ulong a, ulong b, ulong c, int size)
    {
        if (!Sse42.IsSupported)
            return Portable((uint)a, b, size);
        return size switch
        {
            1 => Sse42.Crc32((uint)a, (byte)b),
            2 => Sse42.Crc32((uint)a, (ushort)b),
            4 => Sse42.Crc32((uint)a, (uint)b),
            _ => Sse42.X64.Crc32((uint)a, b),
        };
    }

    /// <summary>The same bit by bit.</summary>
    public static uint Portable(uint checksum, ulong data, int size)
    {
        for (int i = 0; i < size; i++, data >>= 8)
        {
            checksum ^= (byte)data;
            for (int bit = 0; bit < 8; bit++)
                checksum = (checksum >> 1) ^ ((checksum & 1) != 0 ? Polynomial : 0);
        }

        return checksum;
    }
}
