using System.Buffers.Binary;
using System.Text;

namespace Rebound.Engine.Loading.Symbols;

/// <summary>
/// The symbols that a Linux kernel carries in its read-only data (CONFIG_KALLSYMS; Linux, scripts/kallsyms.c). Nothing says where they
/// are, but their parts know each other: 256 tokens of text with an index, names as strings of tokens with a marker for every 256th,
/// their number, and offsets from a base. Each part found is checked against the others; what does not fit is no table.
/// </summary>
internal static class Kallsyms
{
    private const int Tokens = 256;
    private const int NamesPerMarker = 256;
    private const int LongestName = 1024;
    private const int MostSymbols = 4 << 20;
    private const int Alignment = 8;

    /// <summary>Tables that are looked at before an image counts as one that was made to waste time.</summary>
    private const int MostAttempts = 16;

    /// <summary>Kernels of 64 bits have their code and data in the highest 2 GiB.</summary>
    private const ulong LowestAddress = 0xffff_ffff_8000_0000;

    /// <summary>The symbols; empty if there is no table that this understands.</summary>
    public static IReadOnlyList<Symbol> Read(ReadOnlySpan<byte> image)
    {
        // Digits occur in names, so each is a token of its own, in the order of their codes.
        ReadOnlySpan<byte> digits = "0\01\02\03\04\05\06\07\08\09\0"u8;
        int attempts = 0;
        for (int from = 0; image[from..].IndexOf(digits) is var found and >= 0 && attempts < MostAttempts; from += found + 1)
        {
            if (TryTokens(image, from + found) is not { } tokens) continue;
            attempts++;
            if (TryNames(image, tokens, ref attempts) is { } names && TryAddresses(image, tokens, names) is { } symbols) return symbols;
        }

        return [];
    }

    /// <summary>The table of tokens around its entry for '0', and the index behind it.</summary>
    private static TokenTable? TryTokens(ReadOnlySpan<byte> image, int zero)
    {
        int end = zero;
        for (int token = '0'; token < Tokens; token++)
        {
            int length = image.Slice(end, Math.Min(LongestName, image.Length - end)).IndexOf((byte)0);
            if (length < 0) return null;
            end += length + 1;
        }

        int index = Align(end);
        if (index + (Tokens * 2) > image.Length) return null;
        ReadOnlySpan<byte> offsets = image.Slice(index, Tokens * 2);
        int start = zero - U16(offsets, '0' * 2);
        if (start < 0) return null;
        var texts = new string[Tokens];
        for (int token = 0; token < Tokens; token++)
        {
            int at = U16(offsets, token * 2);
            int next = token + 1 < Tokens ? U16(offsets, (token + 1) * 2) : end - start;
            if (next <= at || start + next > end || image[start + next - 1] != 0) return null;
            texts[token] = Encoding.Latin1.GetString(image.Slice(start + at, next - at - 1));
        }

        return new TokenTable(start, index + (Tokens * 2), texts);
    }

    /// <summary>The names, between their number and their markers. Behind these come the tokens, in newer kernels after an order of the names.</summary>
    private static NameTable? TryNames(ReadOnlySpan<byte> image, TokenTable tokens, ref int attempts)
    {
        if (tokens.Start % Alignment != 0) return null;
        foreach (int orderBytes in (ReadOnlySpan<int>)[3, 0])
        {
            // Nothing says how many names there are, but each number puts the markers elsewhere, and only markers look like markers.
            for (int count = 1; count <= MostSymbols; count++)
            {
                int groups = (count + NamesPerMarker - 1) / NamesPerMarker;
                long markers = tokens.Start - Align(count * orderBytes) - Align(groups * 4);
                if (markers < 16 + count) break;
                ReadOnlySpan<byte> candidate = image.Slice((int)markers, groups * 4);
                if (U32(candidate, 0) == 0 && AreMarkers(candidate) && TryNames(image, tokens, (int)markers, candidate, count, ref attempts) is { } names) return names;
            }
        }

        return null;
    }

    private static bool AreMarkers(ReadOnlySpan<byte> words)
    {
        uint previous = 0;
        for (int at = 4; at < words.Length; at += 4)
        {
            uint marker = U32(words, at);
            // A name takes at least two bytes.
            if (marker < previous + (2 * NamesPerMarker) || marker > previous + (NamesPerMarker * LongestName)) return false;
            previous = marker;
        }

        return true;
    }

    /// <summary>The names that end at their markers; their number stands before the first.</summary>
    private static NameTable? TryNames(ReadOnlySpan<byte> image, TokenTable tokens, int end, ReadOnlySpan<byte> markers, int count, ref int attempts)
    {
        long last = U32(markers, markers.Length - 4);
        long highest = (end - last - 2) & ~(Alignment - 1);
        long lowest = Math.Max(16, highest - (NamesPerMarker * LongestName));
        for (long start = highest; start >= lowest && attempts < MostAttempts; start -= Alignment)
        {
            if (U32(image, (int)start - 8) == count && U32(image, (int)start - 4) == 0 && attempts++ < MostAttempts
                && TryExpand(image[..end], (int)start, count, markers, tokens) is { } names)
                return new NameTable((int)start - 8, names);
        }

        return null;
    }

    private static string[]? TryExpand(ReadOnlySpan<byte> image, int start, int count, ReadOnlySpan<byte> markers, TokenTable tokens)
    {
        var names = new string[count];
        var text = new StringBuilder();
        int at = start;
        for (int i = 0; i < count; i++)
        {
            if (i % NamesPerMarker == 0 && (uint)(at - start) != U32(markers, i / NamesPerMarker * 4)) return null;
            if (at >= image.Length) return null;
            int length = image[at++];
            // Since 6.1 a name may have more than 127 tokens.
            if ((length & 0x80) != 0 && at < image.Length) length = (length & 0x7f) | (image[at++] << 7);
            if (length == 0 || length > image.Length - at) return null;
            text.Clear();
            foreach (byte token in image.Slice(at, length)) text.Append(tokens.Texts[token]);
            if (text.Length is < 2 or > LongestName) return null;
            names[i] = text.ToString();
            at += length;
        }

        // Nothing but padding may follow.
        return image.Length - at < Alignment && !image[at..].ContainsAnyExcept((byte)0) ? names : null;
    }

    /// <summary>The addresses: before the number of names (before Linux 6.4), or behind the index of tokens (since then).</summary>
    private static List<Symbol>? TryAddresses(ReadOnlySpan<byte> image, TokenTable tokens, NameTable names)
    {
        int size = Align(names.Names.Length * 4);
        int before = names.Count - 8 - size, behind = Align(tokens.End);
        return TryAddresses(image, before, names.Names) ?? TryAddresses(image, behind, names.Names);
    }

    private static List<Symbol>? TryAddresses(ReadOnlySpan<byte> image, int offsets, string[] names)
    {
        int size = Align(names.Length * 4);
        if (offsets < 0 || offsets + size + 8 > image.Length) return null;
        ulong origin = BinaryPrimitives.ReadUInt64LittleEndian(image[(offsets + size)..]);
        if (origin < LowestAddress) return null;
        var symbols = new List<Symbol>(names.Length);
        ulong previous = 0;
        for (int i = 0; i < names.Length; i++)
        {
            int offset = BinaryPrimitives.ReadInt32LittleEndian(image[(offsets + (i * 4))..]);
            // Offsets into the area of each processor are not negative; all others count down from one below the base.
            if (offset >= 0) continue;
            ulong address = origin - 1 - (ulong)(long)offset;
            if (address < previous) return null;
            previous = address;
            // The first letter is the kind.
            symbols.Add(new Symbol(address, names[i][1..], SystemMap.IsCode(names[i][0])));
        }

        return symbols.Count == 0 ? null : symbols;
    }

    private static int Align(int offset) => (offset + Alignment - 1) & ~(Alignment - 1);

    private static ushort U16(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[offset..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);

    /// <param name="Start">Where the first token is.</param>
    /// <param name="End">Behind the index.</param>
    /// <param name="Texts">The tokens.</param>
    private sealed record TokenTable(int Start, int End, string[] Texts);

    /// <param name="Count">Where the number of names is.</param>
    /// <param name="Names">Each with the letter of its kind.</param>
    private sealed record NameTable(int Count, string[] Names);
}
