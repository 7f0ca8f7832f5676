namespace Rebound.Jit.Judge;

/// <summary>What a <see cref="SelftestRun"/> does and when it ends: at the first limit that is reached.</summary>
public sealed record SelftestOptions
{
    public TrialOptions Trial { get; init; } = new() { StatesPerSequence = 16, Profile = new SequenceProfile { MostRounds = 60 } };

    /// <summary>The seed of the first sequence; the following ones count up.</summary>
    public int Seed { get; init; } = 1;

    public TimeSpan? Duration { get; init; }

    /// <summary>Instructions that every tier shall have executed.</summary>
    public long? Instructions { get; init; }

    /// <summary>Sequences to run.</summary>
    public long? Sequences { get; init; }

    /// <summary>Threads, each with a native process and an engine of its own.</summary>
    public int Workers { get; init; } = Environment.ProcessorCount;
}
