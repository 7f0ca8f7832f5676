namespace Rebound.Jit.Interpret;

/// <summary>How the interpreter left a block. RIP in the state is already the next instruction's.</summary>
public enum BlockResult
{
    /// <summary>To the terminal's Target.</summary>
    Target,

    /// <summary>To the terminal's Next (branch not taken).</summary>
    Next,

    /// <summary>Somewhere else: look RIP up.</summary>
    Elsewhere,

    /// <summary>The mode may have changed: look the state over, then RIP up.</summary>
    Dispatch,

    /// <summary>
    /// Left early or by an exit: <see cref="Cpu.CpuState.Exit"/> tells; None means "start the instruction at RIP again".
    /// Instructions that did not retire have been given back to the budget.
    /// </summary>
    Exit,
}
