using System.Buffers.Binary;
using Rebound.GuestImages;

namespace Rebound.Engine.Tests.Builder;

/// <summary>Images that tests start from.</summary>
internal static class TestImages
{
    /// <summary>A valid kernel with ELF notes.</summary>
    public static byte[] Hello { get; } = GuestImageCatalog.Find("hello")!.Build();

    /// <summary>A valid kernel with a <c>__xen_guest</c> section.</summary>
    public static byte[] HelloLegacy { get; } = GuestImageCatalog.Find("hello-legacy")!.Build();

    /// <summary>A copy with one field changed.</summary>
    public static byte[] With(byte[] image, int offset, int size, ulong value)
    {
        byte[] copy = [.. image];
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        bytes[..size].CopyTo(copy.AsSpan(offset));
        return copy;
    }

    /// <summary>File offset of the n-th program header.</summary>
    public static int ProgramHeader(byte[] image, int index) =>
        (int)BinaryPrimitives.ReadUInt64LittleEndian(image.AsSpan(32)) + (index * 56);

    /// <summary>File offset of the n-th program header of a type (1: load, 4: note).</summary>
    public static int ProgramHeaderOfType(byte[] image, uint type, int skip = 0)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(image.AsSpan(56));
        for (int i = 0; i < count; i++)
        {
            int header = ProgramHeader(image, i);
            if (BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(header)) == type && skip-- == 0)
                return header;
        }

        throw new InvalidOperationException($"The image has no such program header of type {type}.");
    }
}
