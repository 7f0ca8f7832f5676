namespace Rebound.Jit.Cpu;

/// <summary>Why <see cref="IExecutionCore.Run"/> returned, or why an executor handed back to the dispatcher.</summary>
public enum ExitReason
{
    /// <summary>Not an exit: go on at <see cref="CpuState.Rip"/>.</summary>
    None,

    /// <summary>The budget is used up. RIP is the next instruction.</summary>
    Budget,

    /// <summary>
    /// An exception: <see cref="CpuState.ExitVector"/>, <see cref="CpuState.ExitErrorCode"/>, for #PF <see cref="CpuState.FaultAddress"/>.
    /// For faults RIP is the instruction that faulted and nothing of it has happened; for traps (#DB of a step) the one behind.
    /// Privileged instructions at CPL 3 arrive here as #GP(0); the owner may decode and emulate them.
    /// </summary>
    Exception,

    /// <summary>SYSCALL. RIP is the next instruction; RCX and R11 are not written yet: the owner decides what they receive.</summary>
    Syscall,

    /// <summary>SYSENTER. RIP is the instruction itself.</summary>
    Sysenter,

    /// <summary>INT n or INT3 with <see cref="CpuState.ExitVector"/>. RIP is the next instruction.</summary>
    SoftwareInterrupt,

    /// <summary>HLT at CPL 0. RIP is the next instruction.</summary>
    Halt,

    /// <summary>An instruction the engine does not implement. RIP is that instruction.</summary>
    Unsupported,

    /// <summary><see cref="IExecutionCore.RequestStop"/> was called. RIP is the next instruction.</summary>
    Stopped,

    /// <summary>
    /// Internal to the CPU: compiled or block-wise code met something that only the stepping interpreter does (a store into
    /// translated code). RIP is the instruction; nothing of it has happened.
    /// </summary>
    Retry,
}
