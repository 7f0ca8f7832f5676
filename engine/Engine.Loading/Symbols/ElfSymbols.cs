using System.Buffers.Binary;
using System.Text;

namespace Rebound.Engine.Loading.Symbols;

/// <summary>The symbol table (SHT_SYMTAB) of a 64-bit ELF file. What does not lie in the file is left out.</summary>
internal static class ElfSymbols
{
    private const int SectionHeaderSize = 64;
    private const int EntrySize = 24;
    private const uint SymbolSection = 2;
    private const ushort Absolute = 0xfff1;
    private const int LongestName = 1024;

    private enum Kind
    {
        None,
        Object,
        Function,
    }

    /// <summary>Symbols of code and data that have a place; empty if there is no table.</summary>
    public static IReadOnlyList<Symbol> Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < 64 || !TrySlice(file, U64(file, 40), (ulong)U16(file, 60) * SectionHeaderSize, out ReadOnlySpan<byte> sections)) return [];
        for (int at = 0; at < sections.Length; at += SectionHeaderSize)
        {
            ReadOnlySpan<byte> header = sections.Slice(at, SectionHeaderSize);
            uint link = U32(header, 40);
            if (U32(header, 4) != SymbolSection || link >= (uint)(sections.Length / SectionHeaderSize)) continue;
            ReadOnlySpan<byte> names = sections.Slice((int)link * SectionHeaderSize, SectionHeaderSize);
            if (TrySlice(file, U64(header, 24), U64(header, 32), out ReadOnlySpan<byte> entries)
                && TrySlice(file, U64(names, 24), U64(names, 32), out ReadOnlySpan<byte> text))
                return Entries(entries, text);
        }

        return [];
    }

    private static List<Symbol> Entries(ReadOnlySpan<byte> entries, ReadOnlySpan<byte> names)
    {
        var symbols = new List<Symbol>();
        for (; entries.Length >= EntrySize; entries = entries[EntrySize..])
        {
            uint name = U32(entries, 0);
            ushort section = U16(entries, 6);
            if ((Kind)(entries[4] & 15) > Kind.Function || section is 0 or Absolute || name == 0 || name >= (uint)names.Length) continue;
            ReadOnlySpan<byte> text = names[(int)name..];
            int end = text[..Math.Min(text.Length, LongestName)].IndexOf((byte)0);
            if (end > 0) symbols.Add(new Symbol(U64(entries, 8), Encoding.Latin1.GetString(text[..end]), (Kind)(entries[4] & 15) != Kind.Object));
        }

        return symbols;
    }

    private static bool TrySlice(ReadOnlySpan<byte> file, ulong offset, ulong length, out ReadOnlySpan<byte> slice)
    {
        bool inside = offset <= (ulong)file.Length && length <= (ulong)file.Length - offset;
        slice = inside ? file.Slice((int)offset, (int)length) : [];
        return inside;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]);
}
