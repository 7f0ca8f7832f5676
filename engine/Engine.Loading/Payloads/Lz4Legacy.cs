using System.Buffers.Binary;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>
/// LZ4's legacy frame, which the kernel's build uses: a magic, then blocks of 8 MiB, each behind its compressed size. A magic in
/// the place of a size starts another frame.
/// </summary>
internal sealed class Lz4Legacy() : PayloadFormat("lz4")
{
    private const uint Magic = 0x184c2102;
    private const int BlockSize = 8 << 20;

    protected override int Spare => BlockSize;

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.Length >= 4 && BinaryPrimitives.ReadUInt32LittleEndian(data) == Magic;

    protected override void Decode(ReadOnlyMemory<byte> data, PayloadBuffer output)
    {
        ReadOnlySpan<byte> rest = data.Span[4..];
        while (!rest.IsEmpty)
        {
            if (rest.Length < 4) throw new EndOfStreamException("it is truncated");
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(rest);
            rest = rest[4..];
            if (size == Magic) continue;
            if (size > (uint)rest.Length) throw new EndOfStreamException("it is truncated");
            Lz4Block.Decode(rest[..(int)size], output, BlockSize, []);
            rest = rest[(int)size..];
        }
    }
}
