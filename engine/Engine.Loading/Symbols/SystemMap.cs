using System.Buffers.Text;
using System.Text;

namespace Rebound.Engine.Loading.Symbols;

/// <summary>Linux's System.map: lines of an address in 16 hexadecimal digits, a letter for the kind, and a name.</summary>
internal static class SystemMap
{
    private const int Digits = 16;
    private const int NameStart = Digits + 3;
    private const int LongestName = 1024;

    /// <summary>True for the letters of code, in a text section or weak.</summary>
    public static bool IsCode(char kind) => kind is 'T' or 't' or 'W' or 'w';

    /// <summary>The symbols; null if the file is not a System.map.</summary>
    public static IReadOnlyList<Symbol>? TryRead(ReadOnlySpan<byte> file)
    {
        var symbols = new List<Symbol>();
        while (!file.IsEmpty)
        {
            int end = file.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (end < 0 ? file : file[..end]).TrimEnd((byte)'\r');
            file = end < 0 ? [] : file[(end + 1)..];
            if (line.IsEmpty) continue;
            bool wellFormed = line.Length is > NameStart and < LongestName && line[Digits] == ' ' && line[Digits + 2] == ' ';
            if (!wellFormed || !Utf8Parser.TryParse(line[..Digits], out ulong address, out int used, 'x') || used != Digits) return null;
            ReadOnlySpan<byte> name = line[NameStart..];
            // A package may hold a line that says where the real file is; absolute symbols are offsets and sizes, not places.
            if (name.Contains((byte)' ') || line[Digits + 1] is (byte)'A' or (byte)'a') continue;
            symbols.Add(new Symbol(address, Encoding.Latin1.GetString(name), IsCode((char)line[Digits + 1])));
        }

        return symbols;
    }
}
