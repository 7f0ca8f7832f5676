using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>What a tier executed.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Retired">Instructions.</param>
/// <param name="Compiled">Those of them that compiled code executed.</param>
public readonly record struct TierCount(Tier Tier, long Retired, long Compiled);

/// <summary>What a selftest has done so far.</summary>
public sealed record SelftestResult
{
    public long Sequences { get; init; }

    /// <summary>Sequences times states, each run on every tier.</summary>
    public long Cases { get; init; }

    /// <summary>Sequences that ended differently, once per tier.</summary>
    public long Differences { get; init; }

    public required IReadOnlyList<TierCount> Tiers { get; init; }

    /// <summary>Null if the host's processor judged; otherwise why the tiers were only compared with each other.</summary>
    public string? WhyNoNative { get; init; }
}
