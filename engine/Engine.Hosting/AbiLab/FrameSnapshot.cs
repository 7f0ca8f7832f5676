namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>One system call's frame, as its handler found it.</summary>
public sealed record FrameSnapshot
{
    /// <summary>Which forwarded system call of the run it was, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>The RIP behind the SYSCALL instruction: where the processor says user code goes on.</summary>
    public required ulong UserRip { get; init; }

    /// <summary>RFLAGS when SYSCALL was executed, as the processor says.</summary>
    public required ulong UserRflags { get; init; }

    /// <summary>The handler's stack pointer: the address of the first word.</summary>
    public required ulong StackPointer { get; init; }

    /// <summary>The handler's address.</summary>
    public required ulong Handler { get; init; }

    /// <summary>The words in memory by rising address, and then the handler's flags.</summary>
    public required IReadOnlyList<ComparedWord> Words { get; init; }
}
