using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Time;

/// <summary>The two watchdog timers of a domain (SCHEDOP_watchdog): one that runs out shuts the domain down.</summary>
public sealed class Watchdogs(Domain domain)
{
    private const int Count = 2;
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private readonly ulong?[] _deadlines = new ulong?[Count];

    /// <summary>When the first of them runs out, or null.</summary>
    public ulong? Next { get; private set; }

    /// <summary>Starts, winds up or stops a timer.</summary>
    /// <param name="id">0 for a new one, or the number of one that runs.</param>
    /// <param name="seconds">Time until it runs out; 0 stops one that runs.</param>
    /// <returns>The number of a new one, 0, or -EINVAL or -ENOSPC, the latter in 32 bits.</returns>
    public long Set(uint id, uint seconds)
    {
        if (id > Count)
            return -Errno.EINVAL;
        ulong deadline = domain.Clock.Now + (seconds * NanosecondsPerSecond);
        if (id == 0)
        {
            int free = Array.IndexOf(_deadlines, null);
            // Xen computes this error with 32 bits and without a sign, so that it reaches the guest as a large number.
            if (free < 0)
                return unchecked((uint)-Errno.ENOSPC);
            _deadlines[free] = deadline;
            Next = _deadlines.Min();
            return free + 1;
        }

        if (_deadlines[id - 1] is null)
            return -Errno.EINVAL;
        _deadlines[id - 1] = seconds == 0 ? null : deadline;
        Next = _deadlines.Min();
        return 0;
    }

    /// <summary>Ends the domain if a timer has run out by now.</summary>
    public void Fire(ulong now)
    {
        if (Next <= now)
            domain.Shutdown(ShutdownReason.Watchdog);
    }
}
