using System.Buffers.Binary;
using System.Text;

namespace Rebound.GuestImages.Elf;

/// <summary>The ELF note types that a Xen PV kernel uses (Xen's <c>public/elfnote.h</c>).</summary>
internal enum XenNoteType : uint
{
    Entry = 1,
    HypercallPage = 2,
    VirtBase = 3,
    PaddrOffset = 4,
    XenVersion = 5,
    GuestOs = 6,
    GuestVersion = 7,
    Loader = 8,
    PaeMode = 9,
    Features = 10,
}

/// <summary>One note of the owner "Xen": a type and its payload, a number of eight bytes or a text with its NUL.</summary>
internal readonly record struct XenNote(XenNoteType Type, ReadOnlyMemory<byte> Payload)
{
    private static readonly byte[] Owner = "Xen\0"u8.ToArray();

    public static XenNote Number(XenNoteType type, ulong value)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(payload, value);
        return new XenNote(type, payload);
    }

    public static XenNote Text(XenNoteType type, string value) => new(type, Encoding.ASCII.GetBytes(value + "\0"));

    /// <summary>Appends the note record: name size, payload size, type, then name and payload, each padded to four bytes.</summary>
    public void WriteTo(Stream output)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)Owner.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)Payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], (uint)Type);
        output.Write(header);
        output.Write(Owner);
        output.Write(Payload.Span);
        output.Write(new byte[-Payload.Length & 3]);
    }
}
