using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Time;

/// <summary>
/// The timers of one virtual processor: a one-shot one (shared by set_timer_op and vcpu_op) and a periodic one, which runs at
/// 100 Hz from the start. Both raise VIRQ_TIMER. As in Xen, the periodic timer does not wake a processor that blocks.
/// </summary>
public sealed class VcpuTimers(Vcpu vcpu)
{
    public const ulong DefaultPeriod = 10_000_000;
    public const ulong ShortestPeriod = 1_000_000;

    private ulong _lastPeriodic;

    /// <summary>When the one-shot timer fires, or null.</summary>
    public ulong? OneShot { get; private set; }

    /// <summary>The periodic timer's period in ns; 0: off.</summary>
    public ulong Period { get; private set; } = DefaultPeriod;

    /// <summary>When something is due while the processor runs, or null.</summary>
    public ulong? NextWhileRunning
    {
        get
        {
            ulong next = Math.Min(OneShot ?? ulong.MaxValue, Period == 0 ? ulong.MaxValue : _lastPeriodic + Period);
            if (vcpu.Id == 0)
                next = Math.Min(next, vcpu.Domain.Watchdogs.Next ?? ulong.MaxValue);
            return next == ulong.MaxValue ? null : next;
        }
    }

    public void SetOneShot(ulong time) => OneShot = time;

    public void StopOneShot() => OneShot = null;

    public void SetPeriod(ulong period, ulong now)
    {
        Period = period;
        _lastPeriodic = now;
    }

    public void StopPeriod() => Period = 0;

    /// <summary>Raises VIRQ_TIMER for what is due at <paramref name="now"/>.</summary>
    public void Fire(ulong now)
    {
        bool due = false;
        if (OneShot is { } shot && shot <= now)
        {
            OneShot = null;
            due = true;
        }

        if (Period != 0 && vcpu.RunState != RunState.Blocked && _lastPeriodic + Period <= now)
        {
            _lastPeriodic = now;
            due = true;
        }

        if (due)
            vcpu.Domain.Events.RaiseVirq(vcpu.Id, VirtualIrq.Timer);
    }
}
