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

    /// <summary>Exceptions and software interrupts delivered to the guest kernel.</summary>
    Traps = 4,

    /// <summary>Events and NMIs delivered to the guest kernel, with the ports that are pending.</summary>
    Events = 8,

    /// <summary>Every return of the processor to the hypervisor.</summary>
    Exits = 16,

    /// <summary>Every block of guest code. The guest runs in the interpreter then, with the same result.</summary>
    Blocks = 32,
}
