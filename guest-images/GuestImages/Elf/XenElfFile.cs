using System.Buffers.Binary;
using System.Text;

namespace Rebound.GuestImages.Elf;

/// <summary>
/// Writes an ELF64 x86-64 executable that a Xen domain builder takes: load segments, and either a PT_NOTE segment with
/// Xen notes or the older <c>__xen_guest</c> section, plus section headers and symbols for people and tools.
/// </summary>
internal sealed class XenElfFile
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int SectionHeaderSize = 64;
    private const int PageSize = 4096;

    private const uint SegmentLoad = 1, SegmentNote = 4;
    private const uint SectionProgbits = 1, SectionSymbols = 2, SectionStrings = 3, SectionNote = 7, SectionNobits = 8;

    private readonly List<byte> _file = [];
    private readonly List<Section> _sections = [new("", 0, 0, 0, 0, 0, 0, 0, 0, 0)];
    private readonly List<byte[]> _programHeaders = [];

    /// <summary>What a load address minus its physical address is; with VIRT_BASE as PADDR_OFFSET's counterpart, PFN 0's address.</summary>
    public required ulong VirtualBase { get; init; }

    public required ulong Entry { get; init; }

    public required IReadOnlyList<ElfSegment> Segments { get; init; }

    /// <summary>Xen notes; empty when <see cref="LegacyGuestSection"/> is used.</summary>
    public IReadOnlyList<XenNote> Notes { get; init; } = [];

    /// <summary>The text of a <c>__xen_guest</c> section, or null for a kernel with notes.</summary>
    public string? LegacyGuestSection { get; init; }

    public IReadOnlyList<ElfSymbol> Symbols { get; init; } = [];

    /// <summary>The file's bytes; the same input gives the same bytes.</summary>
    public byte[] ToBytes()
    {
        int programHeaders = Segments.Count + (Notes.Count > 0 ? 1 : 0);
        _file.AddRange(new byte[HeaderSize + programHeaders * ProgramHeaderSize]);
        if (Notes.Count > 0) WriteNotes();
        foreach (ElfSegment segment in Segments) WriteSegment(segment);
        if (LegacyGuestSection is { } text)
        {
            long at = Append(Encoding.ASCII.GetBytes(text + "\0"), 1);
            _sections.Add(new Section("__xen_guest", SectionProgbits, 0, 0, (ulong)at, (ulong)text.Length + 1, 0, 0, 1, 0));
        }

        if (Symbols.Count > 0) WriteSymbols();
        WriteSectionNamesAndHeaders(out ulong sectionTable);
        byte[] file = [.. _file];
        WriteHeader(file, programHeaders, sectionTable);
        for (int i = 0; i < _programHeaders.Count; i++) _programHeaders[i].CopyTo(file, HeaderSize + i * ProgramHeaderSize);
        return file;
    }

    private void WriteNotes()
    {
        using var notes = new MemoryStream();
        foreach (XenNote note in Notes) note.WriteTo(notes);
        ulong size = (ulong)notes.Length;
        long at = Append(notes.ToArray(), 4);
        _programHeaders.Add(ProgramHeader(SegmentNote, 4, (ulong)at, 0, 0, size, size, 4));
        _sections.Add(new Section(".note.Xen", SectionNote, 0, 0, (ulong)at, size, 0, 0, 4, 0));
    }

    private void WriteSegment(ElfSegment segment)
    {
        bool inFile = segment.Content.Length > 0;
        // a segment's file offset and address agree modulo the page size
        long at = inFile ? Append(segment.Content, PageSize) : _file.Count & -PageSize;
        uint rights = segment.Executable ? 5u : 6u;
        _programHeaders.Add(ProgramHeader(SegmentLoad, rights, (ulong)at, segment.Address, segment.Address - VirtualBase,
            (ulong)segment.Content.Length, segment.MemorySize, PageSize));
        ulong sectionFlags = segment.Executable ? 6ul : 3ul;
        _sections.Add(new Section(segment.Name, inFile ? SectionProgbits : SectionNobits, sectionFlags, segment.Address, (ulong)at,
            segment.MemorySize, 0, 0, PageSize, 0));
    }

    private void WriteSymbols()
    {
        const int entry = 24;
        var names = new MemoryStream();
        names.WriteByte(0);
        var table = new byte[(Symbols.Count + 1) * entry];
        for (int i = 0; i < Symbols.Count; i++)
        {
            ElfSymbol symbol = Symbols[i];
            Span<byte> slot = table.AsSpan((i + 1) * entry);
            BinaryPrimitives.WriteUInt32LittleEndian(slot, (uint)names.Length);
            slot[4] = 0x12; // global function
            BinaryPrimitives.WriteUInt16LittleEndian(slot[6..], SectionIndexOf(symbol.Address));
            BinaryPrimitives.WriteUInt64LittleEndian(slot[8..], symbol.Address);
            names.Write(Encoding.ASCII.GetBytes(symbol.Name + "\0"));
        }

        long at = Append(table, 8);
        uint stringsIndex = (uint)_sections.Count + 1;
        _sections.Add(new Section(".symtab", SectionSymbols, 0, 0, (ulong)at, (ulong)table.Length, stringsIndex, 1, 8, entry));
        long namesAt = Append(names.ToArray(), 1);
        _sections.Add(new Section(".strtab", SectionStrings, 0, 0, (ulong)namesAt, (ulong)names.Length, 0, 0, 1, 0));
    }

    private ushort SectionIndexOf(ulong address)
    {
        for (int i = 1; i < _sections.Count; i++)
            if (_sections[i].Address != 0 && address >= _sections[i].Address && address < _sections[i].Address + _sections[i].Size)
                return (ushort)i;
        return 0xfff1; // absolute
    }

    private void WriteSectionNamesAndHeaders(out ulong tableOffset)
    {
        var names = new MemoryStream();
        var nameOffsets = new List<uint>();
        foreach (string name in _sections.Select(s => s.Name).Append(".shstrtab"))
        {
            nameOffsets.Add((uint)names.Length);
            names.Write(Encoding.ASCII.GetBytes(name + "\0"));
        }

        long namesAt = Append(names.ToArray(), 1);
        _sections.Add(new Section(".shstrtab", SectionStrings, 0, 0, (ulong)namesAt, (ulong)names.Length, 0, 0, 1, 0));
        var table = new byte[_sections.Count * SectionHeaderSize];
        for (int i = 0; i < _sections.Count; i++) _sections[i].WriteTo(table.AsSpan(i * SectionHeaderSize), nameOffsets[i]);
        tableOffset = (ulong)Append(table, 8);
    }

    private void WriteHeader(Span<byte> file, int programHeaders, ulong sectionTable)
    {
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0];
        identification.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file[16..], 2); // executable
        BinaryPrimitives.WriteUInt16LittleEndian(file[18..], 62); // x86-64
        BinaryPrimitives.WriteUInt32LittleEndian(file[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file[24..], Entry);
        BinaryPrimitives.WriteUInt64LittleEndian(file[32..], HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(file[40..], sectionTable);
        BinaryPrimitives.WriteUInt16LittleEndian(file[52..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file[54..], ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file[56..], (ushort)programHeaders);
        BinaryPrimitives.WriteUInt16LittleEndian(file[58..], SectionHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file[60..], (ushort)_sections.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(file[62..], (ushort)(_sections.Count - 1));
    }

    private static byte[] ProgramHeader(uint type, uint rights, ulong offset, ulong address, ulong physical, ulong fileSize,
        ulong memorySize, ulong align)
    {
        var header = new byte[ProgramHeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), rights);
        ReadOnlySpan<ulong> words = [offset, address, physical, fileSize, memorySize, align];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8 + i * 8), words[i]);
        return header;
    }

    private long Append(byte[] bytes, int align)
    {
        _file.AddRange(new byte[(int)(-_file.Count & (align - 1))]);
        int at = _file.Count;
        _file.AddRange(bytes);
        return at;
    }

    private sealed record Section(string Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, uint Info,
        ulong Align, ulong EntrySize)
    {
        public void WriteTo(Span<byte> slot, uint nameOffset)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(slot, nameOffset);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], Type);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[8..], Flags);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[16..], Address);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[24..], Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[32..], Size);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[40..], Link);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[44..], Info);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[48..], Align);
            BinaryPrimitives.WriteUInt64LittleEndian(slot[56..], EntrySize);
        }
    }
}
