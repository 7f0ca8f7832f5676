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

    /// <summary>How Xen goes on with a long reset; guests may not see it, but nothing forbids them to use it.</summary>
    ResetContinued = 14,
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

/// <summary>Limits of the event ABIs.</summary>
public static class EventChannelLimits
{
    /// <summary>Ports of a 64-bit domain under the two-level ABI; port 0 is invalid.</summary>
    public const int Ports = 4096;

    /// <summary>Ports under the FIFO ABI.</summary>
    public const int FifoPorts = 1 << 17;

    /// <summary>Highest port of a domain, unless the owner decides otherwise: what libxl gives one.</summary>
    public const uint DefaultMaximumPort = 1023;

    /// <summary>Virtual interrupts that exist.</summary>
    public const int VirtualIrqs = 24;
}

/// <summary>The FIFO event ABI (EVTCHN_FIFO_*).</summary>
public static class FifoEventLayout
{
    /// <summary>Bits of a 32-bit event word.</summary>
    public const uint Pending = 1u << 31;
    public const uint Masked = 1u << 30;
    public const uint Linked = 1u << 29;
    public const uint Busy = 1u << 28;
    public const uint LinkMask = (1u << LinkBits) - 1;
    public const int LinkBits = 17;

    /// <summary>Queues of a virtual processor; 0 is the most urgent.</summary>
    public const int Priorities = 16;
    public const uint LowestPriority = 15;
    public const uint DefaultPriority = 7;

    /// <summary>Control block: u32 bitmap of the queues that are not empty, u32 padding, u32 first port of each queue.</summary>
    public const int ControlBlockSize = 72;
    public const int Ready = 0;
    public const int Heads = 8;

    public const int WordsPerPage = 1024;
    public const int MaximumPages = EventChannelLimits.FifoPorts / WordsPerPage;
}
