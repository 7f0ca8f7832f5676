using Rebound.Engine.Xen.Builder;

namespace Rebound.Engine.Hosting;

/// <summary>Reads kernel and ramdisk files.</summary>
public static class GuestFile
{
    /// <param name="path">The file.</param>
    /// <param name="what">"kernel" or "ramdisk", for messages.</param>
    /// <exception cref="GuestImageException">The file cannot be read; one line that says why.</exception>
    public static byte[] Read(string path, string what)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GuestImageException($"{what} '{path}' does not exist", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = Directory.Exists(path) ? "it is a directory" : error.Message;
            throw new GuestImageException($"{what} '{path}' cannot be read: {why}", error);
        }
    }
}
