namespace Rebound.Engine.Abi;

/// <summary>Commands of event_channel_op (public/event_channel.h, EVTCHNOP_*).</summary>
public enum EventChannelCommand
{
    BindInterdomain = 0,
    BindVirq = 1,
    BindPirq = 2,
    Close = 3,
    Send = 4,
    Status = 5,
    AllocateUnbound = 6,
    BindIpi = 7,
    BindVcpu = 8,
    Unmask = 9,
    Reset = 10,
    InitControl = 11,
    ExpandArray = 12,
    SetPriority = 13,
}

/// <summary>Virtual interrupts (public/xen.h, VIRQ_*).</summary>
public enum VirtualIrq
{
    Timer = 0,
    Debug = 1,
    Console = 2,
    DomainException = 3,
    TraceBuffer = 4,
    Debugger = 6,
    Xenoprof = 7,
    ConsoleRing = 8,
    PerformanceMonitor = 13,
}

/// <summary>Limits of the two-level event ABI.</summary>
public static class EventChannelLimits
{
    /// <summary>Ports of a 64-bit domain; port 0 is invalid.</summary>
    public const int Ports = 4096;

    /// <summary>Virtual interrupts that exist.</summary>
    public const int VirtualIrqs = 24;
}
