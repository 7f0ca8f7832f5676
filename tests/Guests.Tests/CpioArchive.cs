using System.Globalization;
using System.Text;

namespace Rebound.Guests.Tests;

/// <summary>
/// Writes an archive as Linux takes it for its first file system: cpio's "newc" format (Linux,
/// Documentation/driver-api/early-userspace/buffer-format.rst). Everything belongs to root and is of the first second of 1970, so
/// that the same content is the same bytes.
/// </summary>
internal sealed class CpioArchive
{
    private const string Magic = "070701";
    private const uint Directory = 0x4000, CharacterDevice = 0x2000, RegularFile = 0x8000, SymbolicLink = 0xa000;
    private const uint ForAll = 0b111_101_101, ForReading = 0b110_100_100, ForTheOwner = 0b110_000_000;

    private readonly List<byte> _bytes = [];
    private uint _nodes;

    public void AddDirectory(string path) => Add(path, Directory | ForAll, [], links: 2);

    public void AddFile(string path, ReadOnlySpan<byte> content, bool executable = false) =>
        Add(path, RegularFile | (executable ? ForAll : ForReading), content);

    public void AddLink(string path, string target) => Add(path, SymbolicLink | 0x1ff, Encoding.UTF8.GetBytes(target));

    public void AddCharacterDevice(string path, uint major, uint minor) => Add(path, CharacterDevice | ForTheOwner, [], 1, major, minor);

    /// <summary>The archive with its trailer.</summary>
    public byte[] ToArray()
    {
        Add("TRAILER!!!", 0, []);
        return [.. _bytes];
    }

    private void Add(string path, uint mode, ReadOnlySpan<byte> content, uint links = 1, uint major = 0, uint minor = 0)
    {
        byte[] name = Encoding.UTF8.GetBytes(path + "\0");
        // Inode, mode, owner, group, links, time, size, device, special device, length of the name, checksum.
        uint[] fields = [++_nodes, mode, 0, 0, links, 0, (uint)content.Length, 0, 0, major, minor, (uint)name.Length, 0];
        _bytes.AddRange(Encoding.ASCII.GetBytes(Magic + string.Concat(fields.Select(field => field.ToString("x8", CultureInfo.InvariantCulture)))));
        _bytes.AddRange(name);
        Pad();
        _bytes.AddRange(content);
        Pad();
    }

    private void Pad() => _bytes.AddRange(new byte[-_bytes.Count & 3]);
}
