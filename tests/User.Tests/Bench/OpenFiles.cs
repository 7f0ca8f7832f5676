namespace Rebound.User.Tests.Bench;

/// <summary>A program's file descriptors, and the one folder that is its file system: it is both "/" and the working directory.</summary>
internal sealed class OpenFiles : IDisposable
{
    private const int WriteOnly = 1;
    private const int AccessMode = 3;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int Truncate = 0x200;
    private const int MustBeFolder = 0x1_0000;

    private readonly string _root;
    private readonly OutputPipe _output = new();
    private readonly OutputPipe _errors = new();
    private readonly SortedDictionary<ulong, OpenFile> _open = [];
    private readonly List<OpenFile> _all = [];

    /// <param name="folder">The folder.</param>
    /// <param name="input">What standard input gives.</param>
    public OpenFiles(string folder, byte[] input)
    {
        _root = Path.GetFullPath(folder);
        Put(0, new InputPipe(input));
        Put(1, _output);
        Put(2, _errors);
    }

    public byte[] Output => _output.Kept;

    public byte[] Errors => _errors.Kept;

    public OpenFile? Find(ulong descriptor) => _open.GetValueOrDefault(descriptor);

    /// <summary>The host's path for a program's; null if it would lead out of the folder.</summary>
    public string? Resolve(string path)
    {
        string full = Path.GetFullPath(Path.Combine(_root, path.TrimStart('/')));
        return full == _root || full.StartsWith(_root + "/", StringComparison.Ordinal) ? full : null;
    }

    /// <summary>open(2).</summary>
    /// <returns>The lowest free descriptor, or an error.</returns>
    public long Open(string path, int flags)
    {
        switch (path)
        {
            case "/dev/null":
                return Add(new NullDevice(zeros: false));
            case "/dev/zero":
                return Add(new NullDevice(zeros: true));
        }

        if (Resolve(path) is not { } host)
            return LinuxError.NoEntry;
        bool writes = (flags & AccessMode) != 0;
        if (Directory.Exists(host))
            return writes ? LinuxError.IsDirectory : Add(new OpenFolder(host));
        if ((flags & MustBeFolder) != 0)
            return File.Exists(host) ? LinuxError.NotDirectory : LinuxError.NoEntry;
        bool exists = File.Exists(host);
        if (!exists && ((flags & Create) == 0 || !Directory.Exists(Path.GetDirectoryName(host))))
            return LinuxError.NoEntry;
        if (exists && (flags & (Create | Exclusive)) == (Create | Exclusive))
            return LinuxError.Exists;
        FileMode mode = !exists ? FileMode.CreateNew : (flags & Truncate) != 0 ? FileMode.Truncate : FileMode.Open;
        FileAccess access = (flags & AccessMode) switch
        {
            0 => FileAccess.Read,
            WriteOnly => FileAccess.Write,
            _ => FileAccess.ReadWrite,
        };
        if (mode != FileMode.Open && access == FileAccess.Read)
            access = FileAccess.ReadWrite;
        return Add(new HostFile(new FileStream(host, mode, access, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)) { Flags = flags });
    }

    /// <summary>Gives a file one more descriptor, the lowest free one from <paramref name="lowest"/>.</summary>
    public long Add(OpenFile file, ulong lowest = 0)
    {
        ulong descriptor = lowest;
        while (_open.ContainsKey(descriptor))
            descriptor++;
        Put(descriptor, file);
        return (long)descriptor;
    }

    /// <summary>Makes a descriptor lead to a file, whatever it led to.</summary>
    public void Put(ulong descriptor, OpenFile file)
    {
        _ = Close(descriptor);
        _open[descriptor] = file;
        if (!_all.Contains(file))
            _all.Add(file);
    }

    public long Close(ulong descriptor)
    {
        if (!_open.Remove(descriptor, out OpenFile? file))
            return LinuxError.BadFile;
        if (!_open.ContainsValue(file) && file != _output && file != _errors)
        {
            _all.Remove(file);
            file.Dispose();
        }

        return 0;
    }

    public void Dispose()
    {
        foreach (OpenFile file in _all)
            file.Dispose();
    }
}
