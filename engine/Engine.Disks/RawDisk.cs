using Microsoft.Win32.SafeHandles;

namespace Rebound.Engine.Disks;

/// <summary>A file whose bytes are the disk's.</summary>
internal sealed class RawDisk : IDisk
{
    private readonly SafeFileHandle _file;

    private RawDisk(SafeFileHandle file, string path, ulong sectors, bool writable)
    {
        _file = file;
        Path = path;
        Sectors = sectors;
        IsReadOnly = !writable;
        CanDiscard = writable && HostSpace.IsSupported(file, (long)sectors * IDisk.SectorSize);
    }

    public string Path { get; }

    public ulong Sectors { get; }

    public bool IsReadOnly { get; }

    public bool CanDiscard { get; }

    /// <summary>When the file was last changed: 100 ns since the year 1, UTC.</summary>
    public long LastChange => File.GetLastWriteTimeUtc(_file).Ticks;

    /// <exception cref="DiskException">The file cannot be used as a disk.</exception>
    public static RawDisk Open(string path, bool write)
    {
        const string what = "disk image";
        SafeFileHandle file = HostFile.Open(path, FileMode.Open, write, what);
        try
        {
            long length = HostFile.Length(file, path, what);
            if (length == 0)
                throw new DiskException($"{what} '{path}' is empty");
            if (length % IDisk.SectorSize != 0)
                throw new DiskException($"{what} '{path}' has {length} bytes, which is no whole number of 512-byte sectors");
            return new RawDisk(file, path, (ulong)length / IDisk.SectorSize, write);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Read(ulong sector, Span<byte> destination) => HostFile.Read(_file, destination, (long)sector * IDisk.SectorSize);

    public void Write(ulong sector, ReadOnlySpan<byte> source) => HostFile.Write(_file, source, (long)sector * IDisk.SectorSize);

    public void Flush()
    {
        if (!IsReadOnly)
            RandomAccess.FlushToDisk(_file);
    }

    public void Discard(ulong sector, ulong count) => HostSpace.Punch(_file, (long)sector * IDisk.SectorSize, (long)count * IDisk.SectorSize);

    public void Dispose() => _file.Dispose();
}
