using System.Buffers.Binary;
using SharpCompress.Compressors.LZMA;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>The older .lzma files: five bytes of properties, eight of size, LZMA data.</summary>
internal sealed class Lzma() : StreamedFormat("lzma")
{
    private const int PropertyBytes = 5;
    private const int HeaderSize = 13;
    private const uint SmallestDictionary = 4096;

    /// <summary>They have no magic: the usual properties (lc 3, lp 0, pb 2) and a dictionary of whole 64 KiB stand for one.</summary>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0x5d, 0, 0]);

    protected override Stream Open(Stream input, PayloadBuffer output)
    {
        byte[] header = new byte[HeaderSize];
        input.ReadExactly(header);
        // The library allocates the dictionary at once: no more than there can be in it.
        uint dictionary = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(1));
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(1), Math.Min(dictionary, Math.Max(SmallestDictionary, (uint)output.Most)));
        long size = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(PropertyBytes));
        if (size < -1) throw new InvalidDataException("its size is negative");
        return LzmaStream.Create(header[..PropertyBytes], input, input.Length - HeaderSize, size, leaveOpen: true);
    }

    protected override ulong ExpectedSize(ReadOnlySpan<byte> data) =>
        data.Length < HeaderSize ? 0 : Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(data[PropertyBytes..])) is var size and > 0 ? (ulong)size : 0;
}
