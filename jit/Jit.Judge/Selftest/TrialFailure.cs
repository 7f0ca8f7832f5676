using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>A sequence that ended differently.</summary>
/// <param name="Seed">Of the sequence and its states.</param>
/// <param name="Tier">Where it ended differently.</param>
/// <param name="Explanation">The shortened code, the state it starts from and the differences, in lines.</param>
/// <param name="Case">The shortened code to replay, or null if the difference did not come again from this state alone.</param>
public sealed record TrialFailure(int Seed, Tier Tier, string Explanation, ReplayCase? Case);
