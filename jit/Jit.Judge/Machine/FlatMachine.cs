using Rebound.Jit.Cpu;
using Rebound.Jit.Runtime;

namespace Rebound.Jit.Judge;

/// <summary>The smallest machine that code can run on. Every exit comes back to the caller of <see cref="Run"/>.</summary>
public sealed class FlatMachine : FlatProcessor
{
    /// <param name="tier">What executes the code.</param>
    /// <param name="frames">Machine memory, page tables included.</param>
    /// <param name="cpl">Privilege the processor starts at.</param>
    public FlatMachine(Tier tier, ulong frames = 512, byte cpl = 3)
        : this(new ExecutionOptions { Tier = tier }, frames, cpl)
    {
    }

    public FlatMachine(ExecutionOptions options, ulong frames = 512, byte cpl = 3, ICpuEnvironment? environment = null, CpuModel? model = null)
        : base(frames, cpl, environment, model) => Core = new ExecutionCore(Context, options);

    public ExecutionCore Core { get; }

    /// <summary>Executes from the state until an exit or until <paramref name="budget"/> instructions have retired.</summary>
    public ExitReason Run(long budget) => Core.Run(budget);

    protected override void Dispose(bool disposing)
    {
        Core.Dispose();
        base.Dispose(disposing);
    }
}
