namespace Rebound.Engine.Hosting;

/// <summary>What a trace tells of.</summary>
[Flags]
public enum TraceCategories
{
    None = 0,

    /// <summary>System calls of guest user mode, as the guest kernel receives them.</summary>
    Syscalls = 1,

    /// <summary>Hypercalls with arguments and result.</summary>
    Hypercalls = 2,

    /// <summary>Exceptions, software interrupts, events and NMIs delivered to the guest kernel.</summary>
    Traps = 4,
}
