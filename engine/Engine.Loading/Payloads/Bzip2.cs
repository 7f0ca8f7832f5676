using SharpCompress.Compressors;
using SharpCompress.Compressors.BZip2;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>bzip2.</summary>
internal sealed class Bzip2() : StreamedFormat("bzip2")
{
    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith("BZh"u8);

    protected override Stream Open(Stream input, PayloadBuffer output) =>
        BZip2Stream.Create(input, CompressionMode.Decompress, decompressConcatenated: true);
}
