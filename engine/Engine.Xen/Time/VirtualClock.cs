using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Time;

/// <summary>
/// Time as the guest knows it. It is virtual: each retired instruction lasts <see cref="NanosecondsPerInstruction"/>, and idle time is
/// skipped to the next timer. So a run depends on its input alone, and every tier sees the same time at the same instruction.
/// </summary>
public sealed class VirtualClock
{
    /// <summary>A processor that retires a billion instructions a second.</summary>
    public const ulong NanosecondsPerInstruction = 1;

    /// <summary>Time-stamp counter ticks per nanosecond: a 2 GHz processor.</summary>
    public const ulong TicksPerNanosecond = 2;

    /// <summary>vcpu_time_info's scale: ns = ticks * multiplier / 2^32, with no shift.</summary>
    public const uint TscToSystemMultiplier = (uint)((1UL << 32) / TicksPerNanosecond);

    public const uint TscKilohertz = (uint)(TicksPerNanosecond * 1_000_000);

    /// <summary>What the wall clock says at the start unless somebody decides otherwise: the day the break of 2007 was reported.</summary>
    public static DateTimeOffset DefaultWallClock => new(2007, 10, 15, 0, 0, 0, TimeSpan.Zero);

    private ulong _base;
    private CpuContext? _running;
    private ulong _retiredAtStart;

    /// <param name="wallClockAtZero">The wall clock when <see cref="Now"/> was 0.</param>
    public VirtualClock(DateTimeOffset wallClockAtZero) => WallClockAtZero = wallClockAtZero;

    public DateTimeOffset WallClockAtZero { get; }

    /// <summary>Nanoseconds since the machine was made (Xen: system time).</summary>
    public ulong Now => _base + (_running is null ? 0 : (_running.Retired - _retiredAtStart) * NanosecondsPerInstruction);

    /// <summary>The time-stamp counter now.</summary>
    public ulong Tsc => Now * TicksPerNanosecond;

    /// <summary>The time-stamp counter when the running processor has retired so many instructions in all.</summary>
    public ulong TscAt(ulong retired) =>
        (_base + (_running is null ? 0 : (retired - _retiredAtStart) * NanosecondsPerInstruction)) * TicksPerNanosecond;

    /// <summary>From now on time passes as this processor retires instructions.</summary>
    public void Start(CpuContext processor)
    {
        Stop();
        _running = processor;
        _retiredAtStart = processor.Retired;
    }

    /// <summary>Time stands still until the next <see cref="Start"/>.</summary>
    public void Stop()
    {
        _base = Now;
        _running = null;
    }

    /// <summary>Lets idle time pass. A time that has been does nothing.</summary>
    public void SkipTo(ulong time)
    {
        ulong now = Now;
        if (time > now)
            _base += time - now;
    }

    /// <summary>Instructions until <paramref name="time"/>, at least 0.</summary>
    public ulong InstructionsUntil(ulong time)
    {
        ulong now = Now;
        return time <= now ? 0 : (time - now + NanosecondsPerInstruction - 1) / NanosecondsPerInstruction;
    }
}
