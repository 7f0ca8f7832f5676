using System.Buffers.Binary;
using System.IO.Compression;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>gzip (RFC 1952).</summary>
internal sealed class Gzip() : StreamedFormat("gzip")
{
    /// <inheritdoc/>
    public override bool SizeFollows => false;

    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]);

    protected override Stream Open(Stream input, PayloadBuffer output) => new GZipStream(input, CompressionMode.Decompress);

    /// <summary>ISIZE, the last word.</summary>
    protected override ulong ExpectedSize(ReadOnlySpan<byte> data) => data.Length < 18 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]);
}
