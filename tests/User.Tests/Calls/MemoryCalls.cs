using Rebound.User.Tests.Bench;

namespace Rebound.User.Tests.Calls;

/// <summary>brk, mmap and what changes mappings. File mappings are private copies.</summary>
internal static class MemoryCalls
{
    private const ulong Fixed = 0x10;
    private const ulong FixedNoReplace = 0x10_0000;
    private const ulong Anonymous = 0x20;
    private const ulong Shared = 1;
    private const ulong MayMove = 1;

    /// <summary>Programs get at most this in one piece.</summary>
    private const ulong LargestMapping = 256 << 20;

    public static void Register(SyscallTable calls, UserProcess process, OpenFiles files)
    {
        AddressSpace memory = process.Memory;
        calls.Add(LinuxCall.Brk, a => Brk(memory, a.A));
        calls.Add(LinuxCall.Mmap, a => Map(memory, files, a));
        calls.Add(LinuxCall.Munmap, a => Unmap(memory, a.A, a.B));
        calls.Add(LinuxCall.Mprotect, a => Misaligned(a.A) ? LinuxError.Invalid
            : memory.Protect(a.A, a.B, (Protection)(a.C & 7)) ? 0 : LinuxError.NoMemory);
        calls.Add(LinuxCall.Mremap, a => Remap(memory, a));
        calls.Add(LinuxCall.Madvise, 0);
        calls.Add(LinuxCall.Msync, 0);
    }

    private static long Brk(AddressSpace memory, ulong wanted)
    {
        if (wanted < memory.InitialBreak || wanted - memory.InitialBreak > LargestMapping)
            return (long)memory.Break;
        ulong old = AddressSpace.RoundUp(memory.Break);
        ulong end = AddressSpace.RoundUp(wanted);
        if (end > old)
            memory.Map(old, end - old, Protection.Read | Protection.Write);
        else if (end < old)
            memory.Unmap(end, old - end);
        memory.Break = wanted;
        return (long)wanted;
    }

    private static long Map(AddressSpace memory, OpenFiles files, SyscallArguments a)
    {
        ulong length = AddressSpace.RoundUp(a.B);
        bool isFixed = (a.D & (Fixed | FixedNoReplace)) != 0;
        if (a.B == 0 || (isFixed && Misaligned(a.A)))
            return LinuxError.Invalid;
        if (a.B > LargestMapping || (isFixed && a.A > AddressSpace.End - length))
            return LinuxError.NoMemory;
        ulong address = isFixed ? a.A : memory.FindFree(length);
        if ((a.D & FixedNoReplace) != 0 && Overlaps(memory, address, length))
            return LinuxError.Exists;
        byte[] contents = [];
        if ((a.D & Anonymous) == 0)
        {
            if (files.Find(a.E) is not { } file)
                return LinuxError.BadFile;
            if ((a.D & Shared) != 0 && ((Protection)a.C).HasFlag(Protection.Write))
                return LinuxError.AccessDenied;
            contents = new byte[a.B];
            int count = file.ReadAt((long)a.F, contents);
            if (count < 0)
                return count;
        }

        memory.Map(address, length, (Protection)(a.C & 7));
        memory.TryWrite(address, contents, force: true);
        return (long)address;
    }

    private static long Unmap(AddressSpace memory, ulong address, ulong length)
    {
        if (Misaligned(address) || length == 0 || address > AddressSpace.End || length > AddressSpace.End - address)
            return LinuxError.Invalid;
        memory.Unmap(address, length);
        return 0;
    }

    private static long Remap(AddressSpace memory, SyscallArguments a)
    {
        ulong old = AddressSpace.RoundUp(a.B);
        ulong wanted = AddressSpace.RoundUp(a.C);
        if (Misaligned(a.A) || wanted == 0 || a.D > MayMove)
            return LinuxError.Invalid;
        if (!memory.IsMapped(a.A))
            return LinuxError.BadAddress;
        if (wanted <= old)
        {
            memory.Unmap(a.A + wanted, old - wanted);
            return (long)a.A;
        }

        if (wanted > LargestMapping || a.D != MayMove)
            return LinuxError.NoMemory;
        ulong target = memory.FindFree(wanted);
        memory.Map(target + old, wanted - old, Protection.Read | Protection.Write);
        memory.Move(a.A, old, target);
        return (long)target;
    }

    private static bool Overlaps(AddressSpace memory, ulong address, ulong length)
    {
        for (ulong at = address; at < address + length; at += AddressSpace.PageSize)
        {
            if (memory.IsMapped(at))
                return true;
        }

        return false;
    }

    private static bool Misaligned(ulong address) => address % AddressSpace.PageSize != 0;
}
