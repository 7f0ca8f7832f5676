using System.Buffers.Binary;
using System.Text;
using Rebound.User.Tests.Bench;

namespace Rebound.User.Tests.Calls;

/// <summary>Names in the file system: opening, asking, creating and removing.</summary>
internal static class FolderCalls
{
    private const ulong WorkingDirectory = unchecked((ulong)-100);
    private const ulong EmptyPath = 0x1000;
    private const ulong RemoveFolder = 0x200;
    private const string OwnProgram = "/proc/self/exe";

    public static void Register(SyscallTable calls, UserProcess process, OpenFiles files)
    {
        AddressSpace memory = process.Memory;
        calls.Add(LinuxCall.Open, a => Named(memory, a.A, path => files.Open(path, (int)a.B)));
        calls.Add(LinuxCall.Openat, a => Named(memory, a.B, path => files.Open(Relative(files, a.A, path), (int)a.C)));
        calls.Add(LinuxCall.Creat, a => Named(memory, a.A, path => files.Open(path, 0x241)));
        calls.Add(LinuxCall.Stat, a => Named(memory, a.A, path => Status(memory, files, path, a.B)));
        calls.Add(LinuxCall.Lstat, a => Named(memory, a.A, path => Status(memory, files, path, a.B)));
        calls.Add(LinuxCall.Fstat, a => Status(memory, files.Find(a.A), a.B));
        calls.Add(LinuxCall.Newfstatat, a => Named(memory, a.B, path => path.Length == 0 && (a.D & EmptyPath) != 0
            ? Status(memory, files.Find(a.A), a.C)
            : Status(memory, files, Relative(files, a.A, path), a.C)));
        calls.Add(LinuxCall.Access, a => Named(memory, a.A, path => Exists(files, path)));
        calls.Add(LinuxCall.Faccessat, a => Named(memory, a.B, path => Exists(files, Relative(files, a.A, path))));
        calls.Add(LinuxCall.Faccessat2, a => Named(memory, a.B, path => Exists(files, Relative(files, a.A, path))));
        calls.Add(LinuxCall.Readlink, a => Named(memory, a.A, path => Link(memory, path, a.B, a.C)));
        calls.Add(LinuxCall.Readlinkat, a => Named(memory, a.B, path => Link(memory, path, a.C, a.D)));
        calls.Add(LinuxCall.Getcwd, a => a.B < 2 ? LinuxError.Range : memory.TryWrite(a.A, "/\0"u8) ? 2 : LinuxError.BadAddress);
        calls.Add(LinuxCall.Chdir, a => Named(memory, a.A, path => path is "." or "/" ? 0 : LinuxError.AccessDenied));
        calls.Add(LinuxCall.Unlink, a => Named(memory, a.A, path => Remove(files, path, folder: false)));
        calls.Add(LinuxCall.Rmdir, a => Named(memory, a.A, path => Remove(files, path, folder: true)));
        calls.Add(LinuxCall.Unlinkat, a => Named(memory, a.B, path => Remove(files, Relative(files, a.A, path), (a.C & RemoveFolder) != 0)));
        calls.Add(LinuxCall.Mkdir, a => Named(memory, a.A, path => MakeFolder(files, path)));
        calls.Add(LinuxCall.Mkdirat, a => Named(memory, a.B, path => MakeFolder(files, Relative(files, a.A, path))));
        calls.Add(LinuxCall.Rename, a => Named(memory, a.A, from => Named(memory, a.B, to => Rename(files, from, to))));
        calls.Add(LinuxCall.Getdents64, a => Entries(memory, files.Find(a.A) as OpenFolder, a.B, a.C));
        calls.Add(LinuxCall.Chmod, a => Named(memory, a.A, path => Exists(files, path)));
        calls.Add(LinuxCall.Fchmodat, a => Named(memory, a.B, path => Exists(files, Relative(files, a.A, path))));
        calls.Add(LinuxCall.Chown, a => Named(memory, a.A, path => Exists(files, path)));
        calls.Add(LinuxCall.Lchown, a => Named(memory, a.A, path => Exists(files, path)));
        calls.Add(LinuxCall.Fchownat, a => Named(memory, a.B, path => Exists(files, Relative(files, a.A, path))));
        calls.Add(LinuxCall.Utimensat, 0);
        calls.Add(LinuxCall.Umask, 18);
    }

    private static long Named(AddressSpace memory, ulong address, Func<string, long> serve) =>
        memory.TryGetString(address) is { } path ? serve(path) : LinuxError.BadAddress;

    /// <summary>A path of the "at" calls, as one from the working directory.</summary>
    private static string Relative(OpenFiles files, ulong descriptor, string path) =>
        path.StartsWith('/') || (int)descriptor == unchecked((int)WorkingDirectory) || files.Find(descriptor) is not OpenFolder folder
            ? path
            : Path.Combine(Path.GetRelativePath(files.Resolve("/")!, folder.Path), path);

    private static long Status(AddressSpace memory, OpenFile? file, ulong address)
    {
        if (file is null)
            return LinuxError.BadFile;
        return memory.TryWrite(address, FileStatus.Of(file)) ? 0 : LinuxError.BadAddress;
    }

    private static long Status(AddressSpace memory, OpenFiles files, string path, ulong address)
    {
        long descriptor = files.Open(path, 0);
        if (descriptor < 0)
            return descriptor;
        long result = Status(memory, files.Find((ulong)descriptor), address);
        files.Close((ulong)descriptor);
        return result;
    }

    private static long Exists(OpenFiles files, string path) =>
        files.Resolve(path) is { } host && Path.Exists(host) ? 0 : LinuxError.NoEntry;

    /// <summary>There are no links but the one to the running program.</summary>
    private static long Link(AddressSpace memory, string path, ulong address, ulong size)
    {
        if (path != OwnProgram)
            return LinuxError.Invalid;
        byte[] target = Encoding.ASCII.GetBytes("/program");
        int count = (int)Math.Min(size, (ulong)target.Length);
        return memory.TryWrite(address, target.AsSpan(0, count)) ? count : LinuxError.BadAddress;
    }

    private static long Remove(OpenFiles files, string path, bool folder)
    {
        if (files.Resolve(path) is not { } host || !Path.Exists(host))
            return LinuxError.NoEntry;
        bool isFolder = Directory.Exists(host);
        if (folder != isFolder)
            return folder ? LinuxError.NotDirectory : LinuxError.IsDirectory;
        if (!folder)
            File.Delete(host);
        else if (Directory.EnumerateFileSystemEntries(host).Any())
            return LinuxError.NotEmpty;
        else
            Directory.Delete(host);
        return 0;
    }

    private static long MakeFolder(OpenFiles files, string path)
    {
        if (files.Resolve(path) is not { } host || !Directory.Exists(Path.GetDirectoryName(host)))
            return LinuxError.NoEntry;
        if (Path.Exists(host))
            return LinuxError.Exists;
        Directory.CreateDirectory(host);
        return 0;
    }

    private static long Rename(OpenFiles files, string from, string to)
    {
        if (files.Resolve(from) is not { } source || files.Resolve(to) is not { } target || !Path.Exists(source))
            return LinuxError.NoEntry;
        if (Directory.Exists(source))
            Directory.Move(source, target);
        else
            File.Move(source, target, overwrite: true);
        return 0;
    }

    /// <summary>struct linux_dirent64: number, offset, length of the entry, type, name.</summary>
    private static long Entries(AddressSpace memory, OpenFolder? folder, ulong address, ulong size)
    {
        const int header = 19;
        if (folder is null)
            return LinuxError.NotDirectory;
        ulong done = 0;
        while (folder.Given < folder.Names.Count)
        {
            string name = folder.Names[folder.Given];
            byte[] text = Encoding.UTF8.GetBytes(name);
            byte[] entry = new byte[(header + text.Length + 8) & ~7];
            if (done + (ulong)entry.Length > size)
                return done > 0 ? (long)done : LinuxError.Invalid;
            BinaryPrimitives.WriteInt64LittleEndian(entry, folder.Given + 1);
            BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(8), folder.Given + 1);
            BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(16), (ushort)entry.Length);
            entry[18] = (byte)(Directory.Exists(Path.Combine(folder.Path, name)) ? 4 : 8);
            text.CopyTo(entry, header);
            if (!memory.TryWrite(address + done, entry))
                return LinuxError.BadAddress;
            done += (ulong)entry.Length;
            folder.Given++;
        }

        return (long)done;
    }
}
