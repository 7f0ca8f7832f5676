using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Time;

/// <summary>
/// Virtual time: each retired instruction lasts <see cref="NanosecondsPerInstruction"/>, and idle time is skipped to the next timer.
/// So a run depends on its input alone, and every tier sees the same time at the same instruction.
/// </summary>
/// <param name="wallClockAtZero">The wall clock when <see cref="Now"/> was 0.</param>
public sealed class VirtualClock(DateTimeOffset wallClockAtZero) : GuestClock(wallClockAtZero)
{
    /// <summary>A processor that retires a billion instructions a second.</summary>
    public const ulong NanosecondsPerInstruction = 1;

    private ulong _base;
    private CpuContext? _running;
    private ulong _retiredAtStart;

    /// <summary>What the wall clock says at the start unless somebody decides otherwise: the day the break of 2007 was reported.</summary>
    public static DateTimeOffset DefaultWallClock => new(2007, 10, 15, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override ulong Now => At(_running?.Retired ?? 0);

    /// <inheritdoc/>
    public override bool PassesByItself => false;

    /// <inheritdoc/>
    public override ulong TscAt(ulong retired) => At(retired) * TicksPerNanosecond;

    /// <inheritdoc/>
    public override void Start(CpuContext processor)
    {
        Stop();
        _running = processor;
        _retiredAtStart = processor.Retired;
    }

    /// <inheritdoc/>
    public override void Stop()
    {
        _base = Now;
        _running = null;
    }

    /// <inheritdoc/>
    public override void SkipTo(ulong time)
    {
        ulong now = Now;
        if (time > now)
            _base += time - now;
    }

    /// <inheritdoc/>
    public override ulong InstructionsUntil(ulong time)
    {
        ulong now = Now;
        return time <= now ? 0 : (time - now + NanosecondsPerInstruction - 1) / NanosecondsPerInstruction;
    }

    private ulong At(ulong retired) => _base + (_running is null ? 0 : (retired - _retiredAtStart) * NanosecondsPerInstruction);
}
