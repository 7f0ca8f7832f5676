namespace Rebound.Jit.Cpu;

/// <summary>Counters of one execution core, for <c>--stats</c>, tests and benchmarks. Times in <see cref="System.Diagnostics.Stopwatch"/> ticks.</summary>
public sealed class ExecutionStatistics
{
    /// <summary>What the guest's thread is doing. A plain store where it changes: other threads may read it at any time.</summary>
    public HostActivity Activity;

    public long BlocksLifted { get; set; }

    public long InstructionsLifted { get; set; }

    /// <summary>Instructions retired in the interpreter; the rest retired in compiled code.</summary>
    public long InstructionsInterpreted { get; set; }

    public long RegionsCompiled { get; set; }

    public long InstructionsCompiled { get; set; }

    public long CompileTicks { get; set; }

    public long LiftTicks { get; set; }

    public long BlocksInvalidated { get; set; }

    public long Dispatches { get; set; }

    public long TlbFills { get; set; }

    public long TlbFlushes { get; set; }
}
