namespace Rebound.User.Tests.Bench;

/// <summary>What a file descriptor leads to. Results below 0 are a <see cref="LinuxError"/>.</summary>
internal abstract class OpenFile : IDisposable
{
    protected const uint Regular = 0x8000;
    protected const uint Folder = 0x4000;
    protected const uint Device = 0x2000;
    protected const uint Pipe = 0x1000;

    /// <summary>Type and permissions, as st_mode has them.</summary>
    public abstract uint Mode { get; }

    public virtual long Length => 0;

    /// <summary>Tells files apart: a file has the same number however it was opened.</summary>
    public virtual ulong Inode => 1;

    /// <summary>O_APPEND and the like: what F_GETFL returns.</summary>
    public long Flags { get; set; }

    /// <summary>Names in a folder; null for everything else.</summary>
    public virtual IReadOnlyList<string>? Names => null;

    public abstract int Read(Span<byte> bytes);

    public abstract int Write(ReadOnlySpan<byte> bytes);

    public virtual int ReadAt(long offset, Span<byte> bytes) => (int)LinuxError.IllegalSeek;

    public virtual int WriteAt(long offset, ReadOnlySpan<byte> bytes) => (int)LinuxError.IllegalSeek;

    /// <param name="origin">0, 1, 2: from the start, from here, from the end.</param>
    public virtual long Seek(long offset, int origin) => LinuxError.IllegalSeek;

    public virtual long Truncate(long length) => LinuxError.Invalid;

    public virtual void Dispose() => GC.SuppressFinalize(this);

    /// <summary>A number for a path of the host.</summary>
    protected static ulong InodeOf(string path) => path.Aggregate(17UL, (hash, letter) => (hash * 31) + letter);
}

/// <summary>Standard input: bytes that were there from the start, in a pipe.</summary>
internal sealed class InputPipe(byte[] bytes) : OpenFile
{
    private int _position;

    public override uint Mode => Pipe | 0x180;

    public override int Read(Span<byte> target)
    {
        int count = Math.Min(target.Length, bytes.Length - _position);
        bytes.AsSpan(_position, count).CopyTo(target);
        _position += count;
        return count;
    }

    public override int Write(ReadOnlySpan<byte> source) => (int)LinuxError.BadFile;
}

/// <summary>Standard output or standard error: a pipe whose other end keeps everything.</summary>
internal sealed class OutputPipe : OpenFile
{
    private readonly MemoryStream _kept = new();

    public byte[] Kept => _kept.ToArray();

    public override uint Mode => Pipe | 0x180;

    public override int Read(Span<byte> bytes) => (int)LinuxError.BadFile;

    public override int Write(ReadOnlySpan<byte> bytes)
    {
        _kept.Write(bytes);
        return bytes.Length;
    }

    public override void Dispose()
    {
        _kept.Dispose();
        base.Dispose();
    }
}

/// <summary>/dev/null, or /dev/zero.</summary>
/// <param name="zeros">True: reads give zeros without end.</param>
internal sealed class NullDevice(bool zeros) : OpenFile
{
    public override uint Mode => Device | 0x1b6;

    public override int Read(Span<byte> bytes)
    {
        bytes.Clear();
        return zeros ? bytes.Length : 0;
    }

    public override int Write(ReadOnlySpan<byte> bytes) => bytes.Length;
}

/// <summary>A folder.</summary>
internal sealed class OpenFolder(string path) : OpenFile
{
    public override uint Mode => Folder | 0x1ed;

    public override ulong Inode => InodeOf(path);

    public string Path => path;

    /// <summary>Entries that getdents64 has given so far.</summary>
    public int Given { get; set; }

    public override IReadOnlyList<string> Names { get; } =
        [".", "..", .. Directory.EnumerateFileSystemEntries(path).Select(entry => System.IO.Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];

    public override int Read(Span<byte> bytes) => (int)LinuxError.IsDirectory;

    public override int Write(ReadOnlySpan<byte> bytes) => (int)LinuxError.BadFile;
}

/// <summary>A file of the host.</summary>
internal sealed class HostFile(FileStream stream) : OpenFile
{
    public const long AppendFlag = 0x400;

    public override uint Mode => Regular | 0x1a4;

    public override long Length => stream.Length;

    public override ulong Inode => InodeOf(stream.Name);

    public override int Read(Span<byte> bytes) => stream.CanRead ? stream.Read(bytes) : (int)LinuxError.BadFile;

    public override int Write(ReadOnlySpan<byte> bytes)
    {
        if (!stream.CanWrite)
            return (int)LinuxError.BadFile;
        if ((Flags & AppendFlag) != 0)
            stream.Seek(0, SeekOrigin.End);
        stream.Write(bytes);
        stream.Flush();
        return bytes.Length;
    }

    public override int ReadAt(long offset, Span<byte> bytes)
    {
        if (!stream.CanRead)
            return (int)LinuxError.BadFile;
        stream.Flush();
        int done = 0;
        while (done < bytes.Length)
        {
            int count = RandomAccess.Read(stream.SafeFileHandle, bytes[done..], offset + done);
            if (count == 0)
                break;
            done += count;
        }

        return done;
    }

    public override int WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        if (!stream.CanWrite)
            return (int)LinuxError.BadFile;
        long back = stream.Position;
        stream.Position = offset;
        stream.Write(bytes);
        stream.Flush();
        stream.Position = back;
        return bytes.Length;
    }

    public override long Seek(long offset, int origin)
    {
        long target = offset + (origin == 0 ? 0 : origin == 1 ? stream.Position : stream.Length);
        if (origin is < 0 or > 2 || target < 0)
            return LinuxError.Invalid;
        stream.Position = target;
        return target;
    }

    public override long Truncate(long length)
    {
        if (!stream.CanWrite || length < 0)
            return LinuxError.Invalid;
        stream.SetLength(length);
        return 0;
    }

    public override void Dispose()
    {
        stream.Dispose();
        base.Dispose();
    }
}
