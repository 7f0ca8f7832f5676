using System.Buffers.Binary;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>
/// LZ4's present frame, which the program lz4 writes (LZ4 frame format, version 1.6). Checksums are stepped over: what they
/// would find, the reader of the ELF file or the kernel finds.
/// </summary>
internal sealed class Lz4Frame() : PayloadFormat("lz4 frame")
{
    private const uint Magic = 0x184d2204;
    private const int LargestBlock = 4 << 20;
    private const int DictionarySize = 64 << 10;
    private const uint Stored = 1u << 31;

    [Flags]
    private enum Flag
    {
        Dictionary = 1,
        ContentChecksum = 4,
        ContentSize = 8,
        BlockChecksum = 16,
        IndependentBlocks = 32,
        FirstVersion = 64,
        OtherVersion = 128,
    }

    protected override int Spare => LargestBlock;

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(data) == Magic;

    protected override void Decode(ReadOnlyMemory<byte> data, PayloadBuffer output)
    {
        ReadOnlySpan<byte> rest = data.Span[4..];
        var flags = (Flag)rest[0];
        if ((flags & (Flag.FirstVersion | Flag.OtherVersion)) != Flag.FirstVersion) throw new InvalidDataException("it is of an unknown version");
        if (flags.HasFlag(Flag.Dictionary)) throw new InvalidDataException("it needs a dictionary");
        int largest = BlockSize((rest[1] >> 4) & 7);
        rest = rest[(flags.HasFlag(Flag.ContentSize) ? 11 : 3)..];
        while (true)
        {
            uint word = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            rest = rest[4..];
            if (word == 0) return;
            ReadOnlySpan<byte> block = rest[..(int)(word & ~Stored)];
            if ((word & Stored) != 0)
                Store(block, output);
            else
                Lz4Block.Decode(block, output, largest, flags.HasFlag(Flag.IndependentBlocks) ? [] : output.Last(DictionarySize));
            rest = rest[(block.Length + (flags.HasFlag(Flag.BlockChecksum) ? 4 : 0))..];
        }
    }

    protected override ulong ExpectedSize(ReadOnlySpan<byte> data) =>
        data.Length >= 14 && ((Flag)data[4]).HasFlag(Flag.ContentSize) ? BinaryPrimitives.ReadUInt64LittleEndian(data[6..]) : 0;

    private static int BlockSize(int code) => code >= 4 ? 1 << (8 + (2 * code)) : throw new InvalidDataException("its block size is unknown");

    private static void Store(ReadOnlySpan<byte> block, PayloadBuffer output)
    {
        Span<byte> room = output.Room(block.Length);
        if (room.Length < block.Length) throw output.TooLarge();
        block.CopyTo(room);
        output.Advance(block.Length);
    }
}
