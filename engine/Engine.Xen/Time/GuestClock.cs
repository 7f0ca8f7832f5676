using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Time;

/// <summary>Time as the guest knows it: nanoseconds since the machine was made, and a time-stamp counter that runs with them.</summary>
/// <param name="wallClockAtZero">The wall clock when <see cref="Now"/> was 0.</param>
public abstract class GuestClock(DateTimeOffset wallClockAtZero)
{
    /// <summary>Time-stamp counter ticks per nanosecond: a 2 GHz processor.</summary>
    public const ulong TicksPerNanosecond = 2;

    /// <summary>vcpu_time_info's scale: ns = ticks * multiplier / 2^32, with no shift.</summary>
    public const uint TscToSystemMultiplier = (uint)((1UL << 32) / TicksPerNanosecond);

    public const uint TscKilohertz = (uint)(TicksPerNanosecond * 1_000_000);

    public DateTimeOffset WallClockAtZero { get; } = wallClockAtZero;

    /// <summary>Nanoseconds since the machine was made (Xen: system time). Never goes back.</summary>
    public abstract ulong Now { get; }

    /// <summary>The time-stamp counter now.</summary>
    public ulong Tsc => Now * TicksPerNanosecond;

    /// <summary>True if time passes by itself, whatever the guest does: who waits for a time has to wait.</summary>
    public abstract bool PassesByItself { get; }

    /// <summary>The time-stamp counter when the running processor has retired so many instructions in all.</summary>
    public abstract ulong TscAt(ulong retired);

    /// <summary>From now on this processor retires instructions.</summary>
    public abstract void Start(CpuContext processor);

    /// <summary>No instructions are retired until the next <see cref="Start"/>.</summary>
    public abstract void Stop();

    /// <summary>Lets idle time pass, where that is up to us. A time that has been does nothing.</summary>
    public abstract void SkipTo(ulong time);

    /// <summary>Instructions to run until <paramref name="time"/>, at least 0; a guess where time passes by itself.</summary>
    public abstract ulong InstructionsUntil(ulong time);
}
