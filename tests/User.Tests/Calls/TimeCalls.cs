using Rebound.User.Tests.Bench;

namespace Rebound.User.Tests.Calls;

/// <summary>Clocks: each instruction takes a nanosecond, and all clocks began at one moment.</summary>
internal static class TimeCalls
{
    private const ulong Start = 1_700_000_000;
    private const ulong Nanoseconds = 1_000_000_000;

    public static void Register(SyscallTable calls, UserProcess process)
    {
        AddressSpace memory = process.Memory;
        calls.Add(LinuxCall.ClockGettime, a => Pair(memory, a.B, Now(process), 1));
        calls.Add(LinuxCall.ClockGetres, a => a.B == 0 ? 0 : Put(memory, a.B, 0, 1));
        calls.Add(LinuxCall.Gettimeofday, a => a.A == 0 ? 0 : Pair(memory, a.A, Now(process), 1000));
        calls.Add(LinuxCall.Time, a => a.A != 0 && !memory.TryPut(a.A, Now(process) / Nanoseconds)
            ? LinuxError.BadAddress : (long)(Now(process) / Nanoseconds));
        calls.Add(LinuxCall.Times, a => (long)(Now(process) / 10_000_000));
        calls.Add(LinuxCall.Getrusage, a => memory.TryWrite(a.B, new byte[144]) ? 0 : LinuxError.BadAddress);
        calls.Add(LinuxCall.Nanosleep, 0);
        calls.Add(LinuxCall.ClockNanosleep, 0);
    }

    private static ulong Now(UserProcess process) => (Start * Nanoseconds) + process.Context.Retired;

    private static long Pair(AddressSpace memory, ulong address, ulong nanoseconds, ulong unit) =>
        Put(memory, address, nanoseconds / Nanoseconds, nanoseconds % Nanoseconds / unit);

    private static long Put(AddressSpace memory, ulong address, ulong seconds, ulong fraction) =>
        memory.TryPut(address, seconds) && memory.TryPut(address + 8, fraction) ? 0 : LinuxError.BadAddress;
}
