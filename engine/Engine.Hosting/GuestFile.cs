using Rebound.Engine.Loading;
using Rebound.Engine.Xen.Builder;

namespace Rebound.Engine.Hosting;

/// <summary>Reads kernel and ramdisk files.</summary>
public static class GuestFile
{
    /// <summary>The ELF image in a kernel file, whatever it is packed in.</summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="limit">Bytes it may have uncompressed.</param>
    /// <exception cref="GuestImageException">The file cannot be unpacked or is no ELF executable; one line that says why.</exception>
    public static ElfImage OpenKernel(ReadOnlyMemory<byte> file, ulong limit)
    {
        try
        {
            return ElfImage.Parse(KernelImage.Unpack(file, limit));
        }
        catch (KernelFileException error)
        {
            throw new GuestImageException(error.Message, error);
        }
    }

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
