namespace Rebound.Engine.Loading.Symbols;

/// <summary>A name of an address.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Name">What it is called.</param>
/// <param name="IsCode">False for data.</param>
public readonly record struct Symbol(ulong Address, string Name, bool IsCode);
