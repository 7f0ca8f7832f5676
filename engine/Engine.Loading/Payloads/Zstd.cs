using SharpCompress.Compressors.ZStandard;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>Zstandard frames (RFC 8878).</summary>
internal sealed class Zstd() : StreamedFormat("zstd")
{
    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]);

    protected override Stream Open(Stream input, PayloadBuffer output) => new DecompressionStream(input);
}
