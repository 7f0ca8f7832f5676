namespace Rebound.Engine.Disks;

/// <summary>Opens disks.</summary>
public static class DiskImage
{
    /// <summary>Opens the image, with an overlay if the options ask for one.</summary>
    /// <exception cref="DiskException">A file cannot be used; one line says which and why.</exception>
    public static IDisk Open(DiskOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        RawDisk image = RawDisk.Open(options.Path, options.Access == DiskAccess.Write);
        if (options.Access != DiskAccess.Overlay)
            return image;
        try
        {
            return options.OverlayPath is { } path ? OverlayDisk.Open(image, path) : OverlayDisk.Temporary(image);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }
}
