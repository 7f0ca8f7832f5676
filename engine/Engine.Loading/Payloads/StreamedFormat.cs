using System.Runtime.InteropServices;

namespace Rebound.Engine.Loading.Payloads;

/// <summary>A format that a library reads as a stream.</summary>
internal abstract class StreamedFormat(string name) : PayloadFormat(name)
{
    protected override void Decode(ReadOnlyMemory<byte> data, PayloadBuffer output)
    {
        using Stream input = StreamOver(data);
        using Stream uncompressed = Open(input, output);
        output.Fill(uncompressed);
    }

    /// <summary>The uncompressed bytes.</summary>
    protected abstract Stream Open(Stream input, PayloadBuffer output);

    private static MemoryStream StreamOver(ReadOnlyMemory<byte> data) => MemoryMarshal.TryGetArray(data, out ArraySegment<byte> array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(data.ToArray(), writable: false);
}
