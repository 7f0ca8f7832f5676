namespace Rebound.Engine.Hosting;

/// <summary>What a hypercall cost in a run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Calls">How often it was made, entries of multicalls included.</param>
/// <param name="Time">Host time in it. A multicall's is without that of its entries, which count for themselves.</param>
public readonly record struct HypercallCost(string Name, long Calls, TimeSpan Time);
