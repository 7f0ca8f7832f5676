using System.Buffers.Binary;
using System.Text;

namespace Rebound.Engine.Xen.Builder;

/// <summary>
/// A 64-bit x86 ELF executable. The file is hostile input: every field that is used is checked here, and a file that parses
/// has all its segments, notes and the sections that were asked for inside the file.
/// </summary>
public sealed class ElfImage
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int SectionHeaderSize = 64;
    private const ushort TypeExecutable = 2;
    private const ushort TypeShared = 3;
    private const ushort MachineX64 = 62;
    private const uint SegmentLoad = 1;
    private const uint SegmentNote = 4;
    private const uint SectionNote = 7;
    private const uint SectionNoBits = 8;

    /// <summary>No PV guest is larger; keeps sums of segment sizes far from overflow.</summary>
    private const ulong LargestImage = 1UL << 40;

    private readonly ReadOnlyMemory<byte> _file;

    private ElfImage(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>e_entry.</summary>
    public ulong Entry { get; private init; }

    /// <summary>PT_LOAD segments with a size, ordered by physical address; they do not overlap.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; private set; } = [];

    /// <summary>Contents of PT_NOTE segments. One with offset 0 is left out: some linkers never filled it in.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> NoteSegments { get; private set; } = [];

    /// <summary>Contents of SHT_NOTE sections.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> NoteSections { get; private set; } = [];

    /// <summary>The text of the section <c>__xen_guest</c>, without its NULs, or null.</summary>
    public string? LegacyGuestText { get; private set; }

    /// <summary>Lowest physical address of the segments.</summary>
    public ulong PhysicalStart => Segments[0].PhysicalAddress;

    /// <summary>First physical address behind the segments.</summary>
    public ulong PhysicalEnd => Segments[^1].PhysicalEnd;

    /// <summary>Parses a file's bytes.</summary>
    /// <exception cref="GuestImageException">The file is not a well-formed 64-bit x86 ELF executable.</exception>
    public static ElfImage Parse(ReadOnlyMemory<byte> file)
    {
        ReadOnlySpan<byte> bytes = file.Span;
        CheckIdentity(bytes);
        ushort type = U16(bytes, 16);
        if (type is not (TypeExecutable or TypeShared))
            throw new GuestImageException($"ELF file of type {type} is not an executable");
        ushort machine = U16(bytes, 18);
        if (machine != MachineX64)
            throw new GuestImageException($"ELF file is for machine {machine}, not x86-64 ({MachineX64})");
        var image = new ElfImage(file) { Entry = U64(bytes, 24) };
        image.ReadProgramHeaders(bytes);
        image.ReadSectionHeaders(bytes);
        return image;
    }

    /// <summary>The bytes of a segment that the file holds.</summary>
    public ReadOnlyMemory<byte> Contents(ElfSegment segment) => _file.Slice(segment.FileOffset, segment.FileSize);

    private static void CheckIdentity(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
            throw new GuestImageException("the kernel file is empty");
        ReadOnlySpan<byte> magic = [0x7f, (byte)'E', (byte)'L', (byte)'F'];
        if (!magic.StartsWith(bytes[..Math.Min(4, bytes.Length)]))
            throw new GuestImageException("not an ELF file");
        if (bytes.Length >= 5 && bytes[4] == 1)
            throw new GuestImageException("32-bit ELF file: only 64-bit guests can be started");
        if (bytes.Length < HeaderSize)
            throw new GuestImageException($"truncated ELF file: {bytes.Length} bytes do not hold the {HeaderSize}-byte header");
        if (bytes[4] != 2)
            throw new GuestImageException($"ELF file of unknown class {bytes[4]}");
        if (bytes[5] != 1)
            throw new GuestImageException("big-endian ELF file: not for x86-64");
        if (bytes[6] != 1)
            throw new GuestImageException($"ELF file of unknown version {bytes[6]}");
    }

    private void ReadProgramHeaders(ReadOnlySpan<byte> bytes)
    {
        int count = U16(bytes, 56);
        if (count == 0)
            throw new GuestImageException("ELF file without program headers: nothing to load");
        int entrySize = U16(bytes, 54);
        if (entrySize != ProgramHeaderSize)
            throw new GuestImageException($"ELF program headers of {entrySize} bytes, not {ProgramHeaderSize}");
        int table = Range(bytes, U64(bytes, 32), (ulong)count * ProgramHeaderSize, "program headers");
        var segments = new List<ElfSegment>();
        var notes = new List<ReadOnlyMemory<byte>>();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = bytes.Slice(table + (i * ProgramHeaderSize), ProgramHeaderSize);
            uint type = U32(header, 0);
            ulong offset = U64(header, 8);
            ulong fileSize = U64(header, 32);
            if (type == SegmentNote && offset != 0)
                notes.Add(_file.Slice(Range(bytes, offset, fileSize, $"note segment {i}"), (int)fileSize));
            ulong memorySize = U64(header, 40);
            if (type == SegmentLoad && (memorySize != 0 || fileSize != 0))
                segments.Add(LoadSegment(bytes, i, offset, fileSize, U64(header, 24), memorySize));
        }

        if (segments.Count == 0)
            throw new GuestImageException("ELF file without loadable segments");
        segments.Sort((a, b) => a.PhysicalAddress.CompareTo(b.PhysicalAddress));
        for (int i = 1; i < segments.Count; i++)
        {
            if (segments[i].PhysicalAddress < segments[i - 1].PhysicalEnd)
                throw new GuestImageException($"ELF segments overlap at physical address 0x{segments[i].PhysicalAddress:x}");
        }

        if (segments[^1].PhysicalEnd - segments[0].PhysicalAddress > LargestImage)
            throw new GuestImageException("ELF segments are spread over more than 1 TiB");
        Segments = segments;
        NoteSegments = notes;
    }

    private static ElfSegment LoadSegment(ReadOnlySpan<byte> bytes, int index, ulong offset, ulong fileSize, ulong physical, ulong memorySize)
    {
        if (fileSize > memorySize)
            throw new GuestImageException($"ELF segment {index} has more bytes in the file (0x{fileSize:x}) than in memory (0x{memorySize:x})");
        if (memorySize > LargestImage)
            throw new GuestImageException($"ELF segment {index} is too large: 0x{memorySize:x} bytes");
        if (physical + memorySize < physical)
            throw new GuestImageException($"ELF segment {index} wraps around the address space");
        // A segment of zeros alone may carry any offset.
        int start = fileSize == 0 ? 0 : Range(bytes, offset, fileSize, $"segment {index}");
        return new ElfSegment(start, (int)fileSize, physical, memorySize);
    }

    private void ReadSectionHeaders(ReadOnlySpan<byte> bytes)
    {
        ulong offset = U64(bytes, 40);
        int count = U16(bytes, 60);
        if (offset == 0 || count == 0)
            return;
        int entrySize = U16(bytes, 58);
        if (entrySize != SectionHeaderSize)
            throw new GuestImageException($"ELF section headers of {entrySize} bytes, not {SectionHeaderSize}");
        int table = Range(bytes, offset, (ulong)count * SectionHeaderSize, "section headers");
        ReadOnlySpan<byte> names = SectionNames(bytes, table, count);
        var notes = new List<ReadOnlyMemory<byte>>();
        for (int i = 1; i < count; i++)
        {
            ReadOnlySpan<byte> header = bytes.Slice(table + (i * SectionHeaderSize), SectionHeaderSize);
            uint type = U32(header, 4);
            bool legacy = NameAt(names, U32(header, 0)).SequenceEqual("__xen_guest"u8);
            if ((type != SectionNote && !legacy) || type == SectionNoBits)
                continue;
            ulong size = U64(header, 32);
            int start = Range(bytes, U64(header, 24), size, $"section {i}");
            if (type == SectionNote)
                notes.Add(_file.Slice(start, (int)size));
            else
                LegacyGuestText = UpToNul(bytes.Slice(start, (int)size));
        }

        NoteSections = notes;
    }

    /// <summary>The string table of section names; empty if the file has none that is usable.</summary>
    private static ReadOnlySpan<byte> SectionNames(ReadOnlySpan<byte> bytes, int table, int count)
    {
        int index = U16(bytes, 62);
        if (index == 0 || index >= count)
            return [];
        ReadOnlySpan<byte> header = bytes.Slice(table + (index * SectionHeaderSize), SectionHeaderSize);
        ulong size = U64(header, 32);
        return bytes.Slice(Range(bytes, U64(header, 24), size, "section names"), (int)size);
    }

    private static ReadOnlySpan<byte> NameAt(ReadOnlySpan<byte> names, uint offset)
    {
        if (offset >= (uint)names.Length)
            return [];
        ReadOnlySpan<byte> rest = names[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return end < 0 ? [] : rest[..end];
    }

    private static string UpToNul(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? text : text[..end]);
    }

    /// <summary>Checks that a range lies in the file and returns its start.</summary>
    private static int Range(ReadOnlySpan<byte> bytes, ulong offset, ulong length, string what)
    {
        ulong size = (ulong)bytes.Length;
        if (offset > size || length > size - offset)
            throw new GuestImageException($"truncated ELF file: its {what} (0x{length:x} bytes at 0x{offset:x}) reach beyond the end (0x{size:x})");
        return (int)offset;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
