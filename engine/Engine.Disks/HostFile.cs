using Microsoft.Win32.SafeHandles;

namespace Rebound.Engine.Disks;

/// <summary>Opens host files with a lock, and says in one line why that cannot be.</summary>
internal static class HostFile
{
    /// <summary>
    /// Opens a file. A writer shares it with nobody, readers share it with readers: the host's locks say so to every other machine, in
    /// this process or another.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it may or must exist.</param>
    /// <param name="write">True to write.</param>
    /// <param name="what">"disk image" or "overlay", for messages.</param>
    /// <exception cref="DiskException">It cannot be opened.</exception>
    public static SafeFileHandle Open(string path, FileMode mode, bool write, string what)
    {
        if (path.Length == 0)
            throw new DiskException($"the name of a {what} is empty");
        if (Directory.Exists(path))
            throw new DiskException($"{what} '{path}' is a directory");
        try
        {
            return File.OpenHandle(path, mode, write ? FileAccess.ReadWrite : FileAccess.Read, write ? FileShare.None : FileShare.Read, FileOptions.RandomAccess);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DiskException($"{what} '{path}' does not exist", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new DiskException($"{what} '{path}' cannot be {(write ? "written" : "read")}: permission denied", error);
        }
        catch (Exception error) when (IsInUse(error))
        {
            throw new DiskException($"{what} '{path}' is in use{(write ? ": what is written is used by one machine, once" : ": it is being written")}", error);
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            throw new DiskException($"{what} '{path}' cannot be opened: {error.Message}", error);
        }
    }

    /// <summary>The length of an open file.</summary>
    /// <exception cref="DiskException">It has none: a terminal, a pipe.</exception>
    public static long Length(SafeFileHandle file, string path, string what)
    {
        try
        {
            return RandomAccess.GetLength(file);
        }
        catch (Exception error) when (error is IOException or NotSupportedException or UnauthorizedAccessException)
        {
            throw new DiskException($"{what} '{path}' is not an ordinary file", error);
        }
    }

    /// <summary>Reads all of the destination; what lies beyond the file's end is zero.</summary>
    public static void Read(SafeFileHandle file, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(file, destination, offset);
            if (count == 0)
            {
                destination.Clear();
                return;
            }

            destination = destination[count..];
            offset += count;
        }
    }

    /// <summary>Writes all of the source.</summary>
    /// <exception cref="IOException">The host refuses, for one reason or another.</exception>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> source, long offset)
    {
        try
        {
            RandomAccess.Write(file, source, offset);
        }
        catch (ArgumentOutOfRangeException error)
        {
            // What .NET makes of EFBIG: a file longer than the file system or the process may have.
            throw new IOException(error.Message, error);
        }
    }

    // The lock of another: EWOULDBLOCK of flock (11, or 35 elsewhere), ERROR_SHARING_VIOLATION on Windows.
    private static bool IsInUse(Exception error) => error is IOException && (error.HResult & 0xffff) is 11 or 35 or 32;
}
