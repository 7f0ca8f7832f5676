using System.Buffers.Binary;
using System.Text;

namespace Rebound.GuestImages.Building;

/// <summary>The initialised data of a kernel at a fixed address: texts, tables, and words that hold code addresses.</summary>
internal sealed class DataArea(ulong address)
{
    private readonly List<byte> _bytes = [];
    private readonly Dictionary<string, ulong> _texts = [];
    private readonly List<(int Offset, Func<ulong> Value)> _fixups = [];

    public ulong Address { get; } = address;

    public int Length => _bytes.Count;

    /// <summary>The address of a NUL-terminated ASCII text; equal texts share one place.</summary>
    public ulong Text(string text)
    {
        if (_texts.TryGetValue(text, out ulong known)) return known;
        return _texts[text] = Bytes(Encoding.ASCII.GetBytes(text + "\0"), 1);
    }

    public ulong Bytes(ReadOnlySpan<byte> content, int align)
    {
        while (_bytes.Count % align != 0) _bytes.Add(0);
        ulong at = Address + (ulong)_bytes.Count;
        _bytes.AddRange(content);
        return at;
    }

    public ulong Words(params ReadOnlySpan<ulong> words)
    {
        var content = new byte[words.Length * 8];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(i * 8), words[i]);
        return Bytes(content, 16);
    }

    /// <summary>Stores at <paramref name="at"/>, when the kernel is finished, a word that is known only then.</summary>
    public void Later(ulong at, Func<ulong> value) => _fixups.Add(((int)(at - Address), value));

    public byte[] ToBytes()
    {
        byte[] content = [.. _bytes];
        foreach ((int offset, Func<ulong> value) in _fixups) BinaryPrimitives.WriteUInt64LittleEndian(content.AsSpan(offset), value());
        return content;
    }
}
