namespace Rebound.Jit.Cpu;

/// <summary>What the thread that runs a guest is doing. Written where it changes, for whoever samples it.</summary>
public enum HostActivity
{
    /// <summary>Outside the processor: its owner's work.</summary>
    Outside,

    /// <summary>The interpreter, and the dispatcher around it.</summary>
    Interpreting,

    /// <summary>Compiled code.</summary>
    RunningCompiled,

    /// <summary>Making micro-operations of instructions.</summary>
    Lifting,

    /// <summary>Compiling on this thread.</summary>
    Compiling,

    /// <summary>Walking page tables after a miss in the TLB.</summary>
    WalkingPages,

    /// <summary>Waiting for time to pass or input to come.</summary>
    Waiting,
}
