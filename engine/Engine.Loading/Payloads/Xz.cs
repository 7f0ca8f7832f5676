using SharpCompress.Compressors.Xz;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>xz, with the filter for x86 code that the kernel's build uses.</summary>
internal sealed class Xz() : StreamedFormat("xz")
{
    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]);

    protected override Stream Open(Stream input, PayloadBuffer output) => new XZStream(input);
}
