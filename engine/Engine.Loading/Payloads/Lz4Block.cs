using K4os.Compression.LZ4;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>One block of LZ4 data, the same in both kinds of frame.</summary>
internal static class Lz4Block
{
    /// <summary>Uncompresses a block of at most <paramref name="largest"/> bytes.</summary>
    /// <exception cref="InvalidDataException">It is broken, or more comes out.</exception>
    /// <exception cref="KernelFileException">What comes out does not fit the buffer's limit.</exception>
    public static void Decode(ReadOnlySpan<byte> block, PayloadBuffer output, int largest, ReadOnlySpan<byte> dictionary)
    {
        Span<byte> room = output.Room(largest);
        int count = LZ4Codec.Decode(block, room[..Math.Min(largest, room.Length)], dictionary);
        if (count >= 0)
            output.Advance(count);
        else
            throw room.Length < largest ? output.TooLarge() : new InvalidDataException("a block cannot be uncompressed");
    }
}
