using System.Buffers.Binary;

namespace Rebound.Engine.Disks;

/// <summary>
/// The first 4096 bytes of an overlay file: 16 bytes of name, u32 version, u32 bytes of a sector, u64 sectors, i64 when the image was last changed
/// (100 ns since the year 1), zeros. Numbers are little-endian.
/// </summary>
/// <param name="Sectors">Length of the image and so of the disk.</param>
/// <param name="ImageChange">When the image was last changed.</param>
internal readonly record struct OverlayHeader(ulong Sectors, long ImageChange)
{
    public const int Size = 4096;

    private const uint Version = 1;
    private const int VersionAt = 16;
    private const int SectorSizeAt = 20;
    private const int SectorsAt = 24;
    private const int ImageChangeAt = 32;

    private static ReadOnlySpan<byte> Name => "REBOUND OVERLAY\n"u8;

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        Name.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(VersionAt), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(SectorSizeAt), IDisk.SectorSize);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(SectorsAt), Sectors);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(ImageChangeAt), ImageChange);
        return bytes;
    }

    /// <summary>Reads a header; null if it is none of ours.</summary>
    public static OverlayHeader? Parse(ReadOnlySpan<byte> bytes)
    {
        bool known = bytes.StartsWith(Name)
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[VersionAt..]) == Version
            && BinaryPrimitives.ReadUInt32LittleEndian(bytes[SectorSizeAt..]) == IDisk.SectorSize;
        return known
            ? new OverlayHeader(BinaryPrimitives.ReadUInt64LittleEndian(bytes[SectorsAt..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[ImageChangeAt..]))
            : null;
    }
}
