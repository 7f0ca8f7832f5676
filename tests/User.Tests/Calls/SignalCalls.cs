using Rebound.User.Tests.Bench;

namespace Rebound.User.Tests.Calls;

/// <summary>Signal actions, masks and what a program sends itself.</summary>
internal static class SignalCalls
{
    private const ulong Block = 0;
    private const ulong Unblock = 1;
    private const ulong SetMask = 2;
    private const int SentByThread = -6;

    /// <summary>SIGKILL and SIGSTOP cannot be blocked.</summary>
    private const ulong NeverBlocked = (1UL << 8) | (1UL << 18);

    public static void Register(SyscallTable calls, UserProcess process)
    {
        Signals signals = process.Signals;
        calls.Add(LinuxCall.RtSigaction, a => Action(process, a));
        calls.Add(LinuxCall.RtSigprocmask, a => Mask(process, a));
        calls.Add(LinuxCall.RtSigreturn, _ =>
        {
            signals.Return();
            return 0;
        });
        calls.Add(LinuxCall.Sigaltstack, a => AlternateStack(process, a.A, a.B));
        calls.Add(LinuxCall.Kill, a => Send(signals, a.B, 0));
        calls.Add(LinuxCall.Tkill, a => Send(signals, a.B, SentByThread));
        calls.Add(LinuxCall.Tgkill, a => Send(signals, a.C, SentByThread));
    }

    private static long Action(UserProcess process, SyscallArguments a)
    {
        if (a.A is 0 or > Signals.Highest || a.D != 8 || (a.B != 0 && a.A is Signals.Kill or 19))
            return LinuxError.Invalid;
        Signals signals = process.Signals;
        SignalAction old = signals[(int)a.A];
        if (a.B != 0)
        {
            if (process.Memory.TryGet<SignalAction>(a.B) is not { } action)
                return LinuxError.BadAddress;
            signals[(int)a.A] = action;
        }

        return a.C == 0 || process.Memory.TryPut(a.C, old) ? 0 : LinuxError.BadAddress;
    }

    private static long Mask(UserProcess process, SyscallArguments a)
    {
        if (a.D != 8)
            return LinuxError.Invalid;
        Signals signals = process.Signals;
        ulong old = signals.Blocked;
        if (a.B != 0)
        {
            if (process.Memory.TryGet<ulong>(a.B) is not { } set)
                return LinuxError.BadAddress;
            if (a.A > SetMask)
                return LinuxError.Invalid;
            signals.Blocked = (a.A == Block ? old | set : a.A == Unblock ? old & ~set : set) & ~NeverBlocked;
        }

        return a.C == 0 || process.Memory.TryPut(a.C, old) ? 0 : LinuxError.BadAddress;
    }

    /// <summary>struct stack_t: address, flags (2: disabled), size.</summary>
    private static long AlternateStack(UserProcess process, ulong wanted, ulong old)
    {
        const uint disabled = 2;
        Signals signals = process.Signals;
        AddressSpace memory = process.Memory;
        bool stored = old == 0 || (memory.TryPut(old, signals.AlternateBase)
            && memory.TryPut(old + 8, signals.AlternateSize == 0 ? disabled : 0) && memory.TryPut(old + 16, signals.AlternateSize));
        if (!stored)
            return LinuxError.BadAddress;
        if (wanted == 0)
            return 0;
        if (memory.TryGet<ulong>(wanted) is not { } address || memory.TryGet<uint>(wanted + 8) is not { } flags
            || memory.TryGet<ulong>(wanted + 16) is not { } size)
            return LinuxError.BadAddress;
        signals.AlternateBase = address;
        signals.AlternateSize = (flags & disabled) != 0 ? 0 : size;
        return 0;
    }

    private static long Send(Signals signals, ulong number, int code)
    {
        if (number > Signals.Highest)
            return LinuxError.Invalid;
        if (number != 0)
            signals.Send((int)number, code);
        return 0;
    }
}
