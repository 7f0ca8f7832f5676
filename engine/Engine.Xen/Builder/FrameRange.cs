using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Builder;

/// <summary>A run of pseudo-physical frames.</summary>
/// <param name="Start">The first one.</param>
/// <param name="Count">How many; 0 for none.</param>
public readonly record struct FrameRange(PseudoPhysicalFrame Start, ulong Count)
{
    /// <summary>First frame behind the run.</summary>
    public PseudoPhysicalFrame End => Start + Count;

    public bool Contains(PseudoPhysicalFrame frame) => frame.Number - Start.Number < Count;

    public override string ToString() => Count == 0 ? "none" : $"0x{Start.Number:x}..0x{End.Number - 1:x}";
}
