using System.Diagnostics;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Time;

/// <summary>The host's time: a second of the guest is a second. Two runs are never quite the same.</summary>
/// <param name="wallClockAtZero">The wall clock when the clock was made.</param>
public sealed class HostClock(DateTimeOffset wallClockAtZero) : GuestClock(wallClockAtZero)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override ulong Now
    {
        get
        {
            ulong ticks = (ulong)(Stopwatch.GetTimestamp() - _start);
            return (ulong)((UInt128)ticks * 1_000_000_000 / (ulong)Stopwatch.Frequency);
        }
    }

    /// <inheritdoc/>
    public override bool PassesByItself => true;

    /// <inheritdoc/>
    public override ulong TscAt(ulong retired) => Tsc;

    /// <inheritdoc/>
    public override void Start(CpuContext processor)
    {
    }

    /// <inheritdoc/>
    public override void Stop()
    {
    }

    /// <inheritdoc/>
    public override void SkipTo(ulong time)
    {
    }

    /// <summary>As many as a fast host retires: who comes back too early asks again.</summary>
    public override ulong InstructionsUntil(ulong time)
    {
        ulong now = Now;
        return time <= now ? 0 : time - now;
    }
}
