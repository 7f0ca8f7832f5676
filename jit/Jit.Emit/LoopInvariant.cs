namespace Rebound.Jit.Emit;

/// <summary>The part of an address that is the same in all turns of a <see cref="CountedLoop"/>.</summary>
internal enum LoopInvariant
{
    /// <summary>None, or none that all accesses of the stream name by the same register.</summary>
    None,
    Base,
    Index,
}
