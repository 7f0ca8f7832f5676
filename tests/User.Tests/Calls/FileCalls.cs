using Rebound.User.Tests.Bench;

namespace Rebound.User.Tests.Calls;

/// <summary>Reading and writing of open files.</summary>
internal static class FileCalls
{
    /// <summary>A single read or write moves at most this; programs take what they get.</summary>
    private const ulong LargestTransfer = 1 << 20;

    private const ulong MostPieces = 1024;

    public static void Register(SyscallTable calls, UserProcess process, OpenFiles files)
    {
        AddressSpace memory = process.Memory;
        calls.Add(LinuxCall.Read, a => Read(memory, files.Find(a.A), a.B, a.C, null));
        calls.Add(LinuxCall.Pread64, a => Read(memory, files.Find(a.A), a.B, a.C, (long)a.D));
        calls.Add(LinuxCall.Write, a => Write(memory, files.Find(a.A), a.B, a.C, null));
        calls.Add(LinuxCall.Pwrite64, a => Write(memory, files.Find(a.A), a.B, a.C, (long)a.D));
        calls.Add(LinuxCall.Readv, a => Pieces(memory, a, (address, count) => Read(memory, files.Find(a.A), address, count, null)));
        calls.Add(LinuxCall.Writev, a => Pieces(memory, a, (address, count) => Write(memory, files.Find(a.A), address, count, null)));
        calls.Add(LinuxCall.Sendfile, a => a.C != 0 ? LinuxError.Invalid : Send(files.Find(a.A), files.Find(a.B), a.D));
        calls.Add(LinuxCall.Close, a => files.Close(a.A));
        calls.Add(LinuxCall.Lseek, a => files.Find(a.A)?.Seek((long)a.B, (int)a.C) ?? LinuxError.BadFile);
        calls.Add(LinuxCall.Ftruncate, a => files.Find(a.A)?.Truncate((long)a.B) ?? LinuxError.BadFile);
        calls.Add(LinuxCall.Ioctl, a => files.Find(a.A) is null ? LinuxError.BadFile : LinuxError.NotTerminal);
        calls.Add(LinuxCall.Dup, a => files.Find(a.A) is { } file ? files.Add(file) : LinuxError.BadFile);
        calls.Add(LinuxCall.Dup2, a => Duplicate(files, a.A, a.B));
        calls.Add(LinuxCall.Dup3, a => a.A == a.B ? LinuxError.Invalid : Duplicate(files, a.A, a.B));
        calls.Add(LinuxCall.Fcntl, a => Control(files, a));
        foreach (LinuxCall call in (LinuxCall[])[LinuxCall.Fsync, LinuxCall.Fdatasync, LinuxCall.Fchmod, LinuxCall.Fchown, LinuxCall.Fadvise64])
            calls.Add(call, a => files.Find(a.A) is null ? LinuxError.BadFile : 0);
    }

    private static long Read(AddressSpace memory, OpenFile? file, ulong address, ulong count, long? offset)
    {
        if (file is null)
            return LinuxError.BadFile;
        byte[] bytes = new byte[Math.Min(count, LargestTransfer)];
        int read = offset is { } at ? file.ReadAt(at, bytes) : file.Read(bytes);
        return read < 0 || memory.TryWrite(address, bytes.AsSpan(0, read)) ? read : LinuxError.BadAddress;
    }

    private static long Write(AddressSpace memory, OpenFile? file, ulong address, ulong count, long? offset)
    {
        if (file is null)
            return LinuxError.BadFile;
        byte[] bytes = new byte[Math.Min(count, LargestTransfer)];
        if (!memory.TryRead(address, bytes))
            return LinuxError.BadAddress;
        return offset is { } at ? file.WriteAt(at, bytes) : file.Write(bytes);
    }

    private static long Send(OpenFile? to, OpenFile? from, ulong count)
    {
        if (to is null || from is null)
            return LinuxError.BadFile;
        byte[] bytes = new byte[Math.Min(count, LargestTransfer)];
        int read = from.Read(bytes);
        return read < 0 ? read : to.Write(bytes.AsSpan(0, read));
    }

    /// <summary>readv and writev: an array of address and length, until one piece comes short.</summary>
    private static long Pieces(AddressSpace memory, SyscallArguments a, Func<ulong, ulong, long> move)
    {
        if (a.C > MostPieces)
            return LinuxError.Invalid;
        long moved = 0;
        for (ulong i = 0; i < a.C; i++)
        {
            if (memory.TryGet<ulong>(a.B + (16 * i)) is not { } address || memory.TryGet<ulong>(a.B + (16 * i) + 8) is not { } length)
                return LinuxError.BadAddress;
            if (length == 0)
                continue;
            long result = move(address, length);
            if (result < 0)
                return moved > 0 ? moved : result;
            moved += result;
            if ((ulong)result < length)
                break;
        }

        return moved;
    }

    private static long Duplicate(OpenFiles files, ulong from, ulong to)
    {
        if (files.Find(from) is not { } file)
            return LinuxError.BadFile;
        if (from != to)
            files.Put(to, file);
        return (long)to;
    }

    private static long Control(OpenFiles files, SyscallArguments a)
    {
        const ulong duplicate = 0;
        const ulong getDescriptorFlags = 1;
        const ulong setDescriptorFlags = 2;
        const ulong getFlags = 3;
        const ulong setFlags = 4;
        const ulong getLock = 5;
        const ulong setLock = 6;
        const ulong setLockAndWait = 7;
        const ulong duplicateCloseOnExec = 1030;
        if (files.Find(a.A) is not { } file)
            return LinuxError.BadFile;
        switch (a.B)
        {
            case duplicate or duplicateCloseOnExec:
                return files.Add(file, a.C);
            case getFlags:
                return file.Flags;
            case setFlags:
                file.Flags = (long)a.C;
                return 0;
            // Nobody else is there to hold a lock.
            case getDescriptorFlags or setDescriptorFlags or setLock or setLockAndWait:
                return 0;
            case getLock:
                return LinuxError.NotServed;
            default:
                return LinuxError.Invalid;
        }
    }
}
