using System.Buffers.Binary;
using System.Text;

namespace Rebound.Engine.Xen.Store;

/// <summary>One message of the xenstore protocol: a 16-byte header and at most 4096 bytes.</summary>
public readonly record struct XenstoreMessage(XenstoreOperation Operation, uint RequestId, uint TransactionId, byte[] Payload)
{
    public const int HeaderSize = 16;
    public const int LargestPayload = 4096;

    /// <summary>An error reply to <paramref name="request"/>.</summary>
    public static XenstoreMessage Failure(XenstoreMessage request, XenstoreError error) =>
        request.Reply(XenstoreOperation.Error, Encoding.ASCII.GetBytes(error + "\0"));

    /// <summary>A reply to this request of another type (an error).</summary>
    public XenstoreMessage Reply(XenstoreOperation operation, byte[] payload) => new(operation, RequestId, TransactionId, payload);

    /// <summary>A reply of the request's own type.</summary>
    public XenstoreMessage Reply(byte[] payload) => Reply(Operation, payload);

    /// <summary>The message as bytes of the ring.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderSize + Payload.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)Operation);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), RequestId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), TransactionId);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), (uint)Payload.Length);
        Payload.CopyTo(bytes, HeaderSize);
        return bytes;
    }

    /// <summary>The payload length that a header announces.</summary>
    public static uint PayloadLength(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);

    /// <summary>Reads a whole message.</summary>
    public static XenstoreMessage FromBytes(ReadOnlySpan<byte> bytes) => new(
        (XenstoreOperation)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        bytes[HeaderSize..].ToArray());
}
