namespace Rebound.Jit.Cpu;

/// <summary>
/// One processor that executes guest code: the only door from the machine to the CPU. Not thread-safe except for
/// <see cref="RequestStop"/>; two cores may share one <see cref="GuestMemory"/> if their owner runs them by turns.
/// </summary>
public interface IExecutionCore : IDisposable
{
    CpuContext Context { get; }

    ExecutionStatistics Statistics { get; }

    /// <summary>
    /// Executes from the state in <see cref="Context"/> until an exit, or until exactly <paramref name="budget"/> instructions
    /// have retired. The state is precise on return. The count is the same in every tier.
    /// </summary>
    /// <param name="budget">Instructions, at least 0.</param>
    ExitReason Run(long budget);

    /// <summary>Makes the current or next <see cref="Run"/> return <see cref="ExitReason.Stopped"/> soon. From any thread.</summary>
    void RequestStop();
}
