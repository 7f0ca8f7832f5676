namespace Rebound.Engine.Loading.Payloads;

/// <summary>lzop, recognised to be refused by its name: no library that is kept reads it.</summary>
internal sealed class Lzop() : PayloadFormat("lzo")
{
    /// <inheritdoc/>
    public override bool Recognises(ReadOnlySpan<byte> data) => data.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'L', (byte)'Z', (byte)'O', 0]);

    protected override void Decode(ReadOnlyMemory<byte> data, PayloadBuffer output) =>
        throw new KernelFileException("the kernel is compressed with lzo, which cannot be read here: gzip, bzip2, xz, lzma, zstd and lz4 can");
}
