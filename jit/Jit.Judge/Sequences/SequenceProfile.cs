namespace Rebound.Jit.Judge;

/// <summary>The shape of random sequences.</summary>
public sealed record SequenceProfile
{
    public int FewestInstructions { get; init; } = 5;

    public int MostInstructions { get; init; } = 60;

    /// <summary>Rounds of a loop at most.</summary>
    public int MostRounds { get; init; } = 6;
}
