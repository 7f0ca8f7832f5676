using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>What a <see cref="SequenceTrial"/> runs.</summary>
public sealed record TrialOptions
{
    /// <summary>The tiers that are judged.</summary>
    public IReadOnlyList<Tier> Tiers { get; init; } = [Tier.Interpreter, Tier.Jit, Tier.Auto];

    /// <summary>States that each sequence is run from: compiling it costs as much as running hundreds.</summary>
    public int StatesPerSequence { get; init; } = 6;

    /// <summary>Sequences that are shortened at most; the rest are told as they are. Where much is wrong, shortening all of it takes long.</summary>
    public int MostShortened { get; init; } = 20;

    public SequenceProfile Profile { get; init; } = new();

    /// <summary>Executions after which <see cref="Tier.Auto"/> compiles: in the middle of a loop.</summary>
    public int HotThreshold { get; init; } = 2;
}
