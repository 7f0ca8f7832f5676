using System.Buffers.Binary;
using System.Text;

namespace Rebound.Engine.Tests.Loading;

/// <summary>Lays out the symbols of a kernel as scripts/kallsyms.c of Linux does, in one of its orders, between bytes of no meaning.</summary>
internal sealed class KallsymsImage
{
    public const ulong Base = 0xffffffff81000000;

    private readonly List<byte> _bytes = [.. "\u007fELF"u8];

    /// <param name="names">Each with the letter of its kind; at <see cref="Base"/> and then 32 bytes apart.</param>
    /// <param name="newOrder">True: addresses behind the tokens (Linux 6.4). False: before the names.</param>
    /// <param name="withOrder">True: three bytes for each name between markers and tokens.</param>
    public KallsymsImage(IReadOnlyList<string> names, bool newOrder, bool withOrder)
    {
        var random = new Random(5);
        byte[] noise = new byte[0x1000];
        random.NextBytes(noise);
        _bytes.AddRange(noise);
        Align();
        if (!newOrder) AddAddresses(names.Count);
        Add32((uint)names.Count);
        Align();
        List<uint> markers = AddNames(names);
        foreach (uint marker in markers) Add32(marker);
        Align();
        if (withOrder) _bytes.AddRange(new byte[names.Count * 3]);
        Align();
        AddTokens();
        if (newOrder) AddAddresses(names.Count);
        _bytes.AddRange(noise);
    }

    public byte[] ToArray() => [.. _bytes];

    /// <summary>Every character is its own token but one, which stands for text that is in many names.</summary>
    private static string Token(int code) => code == 1 ? "sys_" : ((char)code).ToString();

    private List<uint> AddNames(IReadOnlyList<string> names)
    {
        int start = _bytes.Count;
        List<uint> markers = [];
        for (int i = 0; i < names.Count; i++)
        {
            if (i % 256 == 0) markers.Add((uint)(_bytes.Count - start));
            byte[] tokens = Encoding.Latin1.GetBytes(names[i].Replace("sys_", "\u0001", StringComparison.Ordinal));
            if (tokens.Length > 127) _bytes.AddRange([(byte)(0x80 | (tokens.Length & 0x7f)), (byte)(tokens.Length >> 7)]);
            else _bytes.Add((byte)tokens.Length);
            _bytes.AddRange(tokens);
        }

        Align();
        return markers;
    }

    private void AddTokens()
    {
        int start = _bytes.Count;
        List<ushort> index = [];
        for (int code = 0; code < 256; code++)
        {
            index.Add((ushort)(_bytes.Count - start));
            // Code 0 occurs in no name; some other text has its place.
            _bytes.AddRange(Encoding.Latin1.GetBytes(code == 0 ? "unused" : Token(code)));
            _bytes.Add(0);
        }

        Align();
        foreach (ushort offset in index) _bytes.AddRange([(byte)offset, (byte)(offset >> 8)]);
    }

    private void AddAddresses(int count)
    {
        for (int i = 0; i < count; i++) Add32((uint)(-1 - (i * 32)));
        Align();
        byte[] origin = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(origin, Base);
        _bytes.AddRange(origin);
    }

    private void Add32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    private void Align() => _bytes.AddRange(new byte[-_bytes.Count & 7]);
}
