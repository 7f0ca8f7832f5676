using System.Buffers.Binary;
using System.Text;
using Rebound.Jit.Cpu;
using Rebound.User.Tests.Bench;

namespace Rebound.User.Tests.Calls;

/// <summary>What a program asks about itself and the machine. It is process 1000 of user 1000, alone on one processor.</summary>
internal static unsafe class ProcessCalls
{
    private const long Identity = 1000;
    private const ulong SetGs = 0x1001;
    private const ulong SetFs = 0x1002;
    private const ulong GetFs = 0x1003;
    private const ulong GetGs = 0x1004;
    private const ulong StackLimit = 3;
    private const ulong OpenFileLimit = 7;

    public static void Register(SyscallTable calls, UserProcess process)
    {
        foreach (LinuxCall call in (LinuxCall[])[LinuxCall.Getpid, LinuxCall.Gettid, LinuxCall.Getuid, LinuxCall.Geteuid, LinuxCall.Getgid,
            LinuxCall.Getegid, LinuxCall.SetTidAddress, LinuxCall.Getpgrp])
            calls.Add(call, Identity);
        foreach (LinuxCall call in (LinuxCall[])[LinuxCall.Setuid, LinuxCall.Setgid, LinuxCall.Setgroups])
            calls.Add(call, 0);
        calls.Add(LinuxCall.Getppid, 1);
        calls.Add(LinuxCall.SetRobustList, 0);
        calls.Add(LinuxCall.Rseq, LinuxError.NotServed);
        calls.Add(LinuxCall.SchedYield, 0);
        calls.Add(LinuxCall.Prctl, LinuxError.Invalid);
        calls.Add(LinuxCall.Exit, a => End(process, a.A));
        calls.Add(LinuxCall.ExitGroup, a => End(process, a.A));
        calls.Add(LinuxCall.ArchPrctl, a => ArchPrctl(process, a.A, a.B));
        calls.Add(LinuxCall.Prlimit64, a => a.C != 0 ? LinuxError.NoPermission : a.D == 0 ? 0 : Limit(process.Memory, a.B, a.D));
        calls.Add(LinuxCall.Getrlimit, a => Limit(process.Memory, a.A, a.B));
        calls.Add(LinuxCall.Uname, a => Uname(process.Memory, a.A));
        calls.Add(LinuxCall.Sysinfo, a => Sysinfo(process, a.A));
        calls.Add(LinuxCall.Getrandom, a => Random(process, a.A, a.B));
        calls.Add(LinuxCall.SchedGetaffinity, a => a.B < 8 ? LinuxError.Invalid : process.Memory.TryPut(a.C, 1UL) ? 8 : LinuxError.BadAddress);
        calls.Add(LinuxCall.Futex, a => Futex(process.Memory, a));
        calls.Add(LinuxCall.Getgroups, 0);
    }

    private static long End(UserProcess process, ulong status)
    {
        process.End((int)(status & 0xff));
        return 0;
    }

    private static long ArchPrctl(UserProcess process, ulong code, ulong address)
    {
        CpuState* state = process.State;
        if (code is SetFs or SetGs && address >= AddressSpace.End)
            return LinuxError.NoPermission;
        switch (code)
        {
            case SetFs:
                state->FsBase = address;
                return 0;
            case SetGs:
                state->GsBase = address;
                return 0;
            case GetFs:
                return process.Memory.TryPut(address, state->FsBase) ? 0 : LinuxError.BadAddress;
            case GetGs:
                return process.Memory.TryPut(address, state->GsBase) ? 0 : LinuxError.BadAddress;
            default:
                return LinuxError.Invalid;
        }
    }

    private static long Limit(AddressSpace memory, ulong resource, ulong address)
    {
        ulong limit = resource switch
        {
            StackLimit => InitialStack.Size,
            OpenFileLimit => 1024,
            _ => ulong.MaxValue,
        };
        return memory.TryPut(address, limit) && memory.TryPut(address + 8, ulong.MaxValue) ? 0 : LinuxError.BadAddress;
    }

    private static long Uname(AddressSpace memory, ulong address)
    {
        const int field = 65;
        byte[] names = new byte[6 * field];
        int at = 0;
        foreach (string name in (string[])["Linux", "bench", "6.1.0", "#1", "x86_64", "(none)"])
        {
            Encoding.ASCII.GetBytes(name, names.AsSpan(at));
            at += field;
        }

        return memory.TryWrite(address, names) ? 0 : LinuxError.BadAddress;
    }

    private static long Sysinfo(UserProcess process, ulong address)
    {
        byte[] info = new byte[112];
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(32), 256 << 20);
        BinaryPrimitives.WriteUInt64LittleEndian(info.AsSpan(40), 128 << 20);
        BinaryPrimitives.WriteUInt16LittleEndian(info.AsSpan(80), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(info.AsSpan(104), 1);
        return process.Memory.TryWrite(address, info) ? 0 : LinuxError.BadAddress;
    }

    /// <summary>Bytes that look random and are the same in each run at the same instruction.</summary>
    private static long Random(UserProcess process, ulong address, ulong count)
    {
        byte[] bytes = new byte[Math.Min(count, 1 << 20)];
        ulong seed = process.Context.Retired | 1;
        for (int i = 0; i < bytes.Length; i++)
        {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            bytes[i] = (byte)(seed >> 32);
        }

        return process.Memory.TryWrite(address, bytes) ? bytes.Length : LinuxError.BadAddress;
    }

    /// <summary>A program of one thread wakes nobody, and would wait for ever.</summary>
    private static long Futex(AddressSpace memory, SyscallArguments a)
    {
        const ulong wait = 0;
        const ulong wake = 1;
        const ulong waitBits = 9;
        const ulong wakeBits = 10;
        switch (a.B & 0x7f)
        {
            case wake or wakeBits:
                return 0;
            case wait or waitBits when memory.TryGet<uint>(a.A) is not { } value:
                return LinuxError.BadAddress;
            case wait or waitBits when memory.TryGet<uint>(a.A) != (uint)a.C:
                return LinuxError.TryAgain;
            case wait or waitBits:
                throw new UserProgramException($"the program's only thread waits for another (futex at 0x{a.A:x})");
            default:
                return LinuxError.NotServed;
        }
    }
}
