using Microsoft.Win32.SafeHandles;

namespace Rebound.Engine.Disks;

/// <summary>
/// An image that never changes, and a sparse file with the sectors that were written. The file is a header, the map of sectors held (see
/// <see cref="SectorMap"/>), and at the next multiple of 4096 the sectors, each at its own place. The map reaches the file with
/// <see cref="Flush"/>, after the sectors it names: whenever the process dies, the file holds every write that was flushed, and a sector is either
/// the image's or one that was written.
/// </summary>
internal sealed class OverlayDisk : IDisk
{
    private const string What = "overlay";

    private readonly RawDisk _image;
    private readonly SafeFileHandle _file;
    private readonly SectorMap _map;
    private readonly long _data;
    private readonly bool _keep;
    private readonly byte[] _mapPage = new byte[SectorMap.PageSize];

    private OverlayDisk(RawDisk image, SafeFileHandle file, bool keep)
    {
        _image = image;
        _file = file;
        _keep = keep;
        _map = new SectorMap(image.Sectors);
        _data = OverlayHeader.Size + ((long)_map.Pages * SectorMap.PageSize);
        CanDiscard = HostSpace.IsSupported(file, _data + ((long)image.Sectors * IDisk.SectorSize));
    }

    public ulong Sectors => _image.Sectors;

    public bool IsReadOnly => false;

    public bool CanDiscard { get; }

    /// <summary>An overlay that is gone with this object, or with the process however that ends.</summary>
    /// <param name="image">The image; the overlay disposes it.</param>
    /// <exception cref="DiskException">The folder for temporary files cannot be used.</exception>
    public static OverlayDisk Temporary(RawDisk image)
    {
        string path = Path.Combine(Path.GetTempPath(), $"rebound-{Guid.NewGuid():N}.overlay");
        SafeFileHandle file;
        try
        {
            FileOptions options = FileOptions.RandomAccess | (OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
            file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, options);
            // Elsewhere a file lives without its name as long as it is open.
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DiskException($"the temporary overlay '{path}' cannot be made: {error.Message}", error);
        }

        return new OverlayDisk(image, file, keep: false);
    }

    /// <summary>Opens the overlay file, or makes it.</summary>
    /// <param name="image">The image; the overlay disposes it.</param>
    /// <param name="path">The overlay file; an empty one counts as new.</param>
    /// <exception cref="DiskException">The file cannot be used, is no overlay, or belongs to another image.</exception>
    public static OverlayDisk Open(RawDisk image, string path)
    {
        SafeFileHandle file = HostFile.Open(path, FileMode.OpenOrCreate, write: true, What);
        try
        {
            long length = HostFile.Length(file, path, What);
            var disk = new OverlayDisk(image, file, keep: true);
            if (length == 0)
                disk.Begin();
            else
                disk.Load(path);
            return disk;
        }
        catch (Exception error)
        {
            file.Dispose();
            if (error is IOException or UnauthorizedAccessException)
                throw new DiskException($"{What} '{path}' cannot be used: {error.Message}", error);
            throw;
        }
    }

    public void Read(ulong sector, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            (bool held, int count) = _map.RunAt(sector, destination.Length / IDisk.SectorSize);
            Span<byte> part = destination[..(count * IDisk.SectorSize)];
            if (held)
                HostFile.Read(_file, part, PlaceOf(sector));
            else
                _image.Read(sector, part);
            destination = destination[part.Length..];
            sector += (ulong)count;
        }
    }

    public void Write(ulong sector, ReadOnlySpan<byte> source)
    {
        HostFile.Write(_file, source, PlaceOf(sector));
        _map.Set(sector, (ulong)(source.Length / IDisk.SectorSize));
    }

    public void Discard(ulong sector, ulong count)
    {
        HostSpace.Punch(_file, PlaceOf(sector), (long)count * IDisk.SectorSize);
        _map.Set(sector, count);
    }

    /// <summary>Sectors first, then the map: it never names a sector that is not there. A temporary overlay has nothing to keep.</summary>
    public void Flush()
    {
        if (!_keep)
            return;
        RandomAccess.FlushToDisk(_file);
        if (_map.ChangedPages.Count == 0)
            return;
        foreach (int page in _map.ChangedPages)
        {
            _map.Save(page, _mapPage);
            HostFile.Write(_file, _mapPage, OverlayHeader.Size + ((long)page * SectorMap.PageSize));
        }

        RandomAccess.FlushToDisk(_file);
        _map.MarkSaved();
    }

    public void Dispose()
    {
        _file.Dispose();
        _image.Dispose();
    }

    private long PlaceOf(ulong sector) => _data + ((long)sector * IDisk.SectorSize);

    private void Begin()
    {
        HostFile.Write(_file, new OverlayHeader(Sectors, _image.LastChange).ToBytes(), 0);
        RandomAccess.FlushToDisk(_file);
    }

    private void Load(string path)
    {
        byte[] header = new byte[OverlayHeader.Size];
        HostFile.Read(_file, header, 0);
        if (OverlayHeader.Parse(header) is not { } known)
            throw new DiskException($"'{path}' is not an {What} that this release made");
        if (known.Sectors != Sectors)
            throw new DiskException($"{What} '{path}' belongs to an image of {known.Sectors} sectors, and '{_image.Path}' has {Sectors}");
        if (known.ImageChange != _image.LastChange)
            throw new DiskException($"{What} '{path}' does not fit '{_image.Path}' any more: the image has changed since the {What} was made");
        for (int page = 0; page < _map.Pages; page++)
        {
            HostFile.Read(_file, _mapPage, OverlayHeader.Size + ((long)page * SectorMap.PageSize));
            _map.Load(page, _mapPage);
        }
    }
}
