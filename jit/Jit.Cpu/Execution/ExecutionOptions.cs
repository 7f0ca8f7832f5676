namespace Rebound.Jit.Cpu;

/// <summary>Which executor runs guest code.</summary>
public enum Tier
{
    /// <summary>Interpreter first; what proves hot is compiled on a background thread.</summary>
    Auto,

    /// <summary>Micro-ops are interpreted, always.</summary>
    Interpreter,

    /// <summary>Compiled at first execution, on the spot.</summary>
    Jit,
}

/// <summary>Settings of an execution core. Every threshold is here, none in a static.</summary>
public sealed record ExecutionOptions
{
    public Tier Tier { get; init; } = Tier.Auto;

    /// <summary>
    /// Told of the address of every block before it is run, in its order; null for nobody. Compiled code does not tell of its blocks: with it,
    /// the <see cref="Tier"/> should be <see cref="Tier.Interpreter"/>.
    /// </summary>
    public Action<ulong>? BlockObserver { get; init; }

    /// <summary>Executions of a block after which its region is queued for compilation.</summary>
    public int HotThreshold { get; init; } = 500;

    /// <summary>Executions below which a block is left out of the region of a hot neighbour: compiling costs far more than interpreting it.</summary>
    public int WarmThreshold { get; init; } = 50;

    /// <summary>A block that ran less often than its hot neighbour by this factor is left out too.</summary>
    public int WarmShare { get; init; } = 16;

    /// <summary>Upper bounds of a region, below the sizes at which RyuJIT gives up optimising.</summary>
    public int MaxRegionBlocks { get; init; } = 64;

    public int MaxRegionInstructions { get; init; } = 400;

    /// <summary>Instructions in one lifted block at most.</summary>
    public int MaxBlockInstructions { get; init; } = 128;

    /// <summary>Blocks kept before the cache is emptied and refilled.</summary>
    public int MaxBlocks { get; init; } = 200_000;

    /// <summary>
    /// True to compile as for a host without x86 floating point: what micro-ops mean is always computed by their methods. Slower; results are the same.
    /// </summary>
    public bool Portable { get; init; }

    /// <summary>
    /// Which NaN a packed addition, multiplication or FMA gives that meets two. True: the first, as on the processor, at the price of a few instructions per
    /// operation. False: either, because RyuJIT exchanges terms and factors where that saves a move. Scalar operations but FMA are exact in any case.
    /// </summary>
    public bool ExactNaNs { get; init; }
}
