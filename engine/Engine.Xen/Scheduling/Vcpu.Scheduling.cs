using Rebound.Engine.Xen.Time;

namespace Rebound.Engine.Xen;

/// <content>Blocking, polling and timers of a virtual processor.</content>
public sealed partial class Vcpu
{
    /// <summary>About nine years, in nanoseconds.</summary>
    private const ulong LongestWait = 1UL << 58;

    private VcpuTimers? _timers;
    private StateTimes? _stateTimes;
    private uint[] _polledPorts = [];
    private ulong? _pollDeadline;
    private bool _polling;

    public VcpuTimers Timers => _timers ??= new VcpuTimers(this);

    /// <summary>Time spent in each state.</summary>
    public StateTimes StateTimes => _stateTimes ??= new StateTimes(this);

    /// <summary>Guest virtual address of a second copy of the time words, or null.</summary>
    public ulong? TimeArea { get; set; }

    /// <summary>
    /// The next moment at which a timer may wake the processor while it is blocked, or null. The periodic timer is none: it rests then.
    /// </summary>
    public ulong? WakeTime
    {
        get
        {
            ulong wake = Math.Min(_pollDeadline ?? ulong.MaxValue, Timers.OneShot ?? ulong.MaxValue);
            if (Id == 0)
                wake = Math.Min(wake, Domain.Watchdogs.Next ?? ulong.MaxValue);
            // Guests write "for ever" as the greatest number they have: nobody is to be taken centuries ahead.
            return wake < Domain.Clock.Now + LongestWait ? wake : null;
        }
    }

    /// <summary>Starts to run: brought up, woken, or for the first time.</summary>
    public void Run()
    {
        RunState = RunState.Running;
        StateTimes.Enter(RunState.Running);
    }

    /// <summary>Waits for an event, unless one is to be delivered already (SCHEDOP_block).</summary>
    public void Block()
    {
        if (Info.NeedsUpcall)
            return;
        RunState = RunState.Blocked;
        StateTimes.Enter(RunState.Blocked);
    }

    /// <summary>Waits for one of the ports or a time; an event that becomes due on the processor wakes it too (SCHEDOP_poll).</summary>
    /// <param name="ports">Valid ports.</param>
    /// <param name="deadline">Absolute time, or null to wait for good.</param>
    public void Poll(uint[] ports, ulong? deadline)
    {
        _polling = true;
        _polledPorts = ports;
        _pollDeadline = deadline;
        RunState = RunState.Blocked;
        StateTimes.Enter(RunState.Blocked);
    }

    /// <summary>Ends waiting of either sort.</summary>
    public void Unblock()
    {
        if (RunState != RunState.Blocked)
            return;
        _polling = false;
        _polledPorts = [];
        _pollDeadline = null;
        Run();
    }

    /// <summary>An event has become pending on the port. Who polls several ports is woken by any: Xen remembers a single one only.</summary>
    public void EndPollOf(int port)
    {
        if (_polling && (_polledPorts.Length != 1 || _polledPorts[0] == (uint)port))
            Unblock();
    }

    /// <summary>Fires timers that are due now and ends a poll whose time is over.</summary>
    public void FireTimers()
    {
        ulong now = Domain.Clock.Now;
        if (_pollDeadline <= now)
            Unblock();
        Timers.Fire(now);
        if (Id == 0)
            Domain.Watchdogs.Fire(now);
    }

    /// <summary>Goes offline for good (VCPUOP_down).</summary>
    public void TakeDown()
    {
        Unblock();
        RunState = RunState.Offline;
        StateTimes.Enter(RunState.Offline);
    }
}
