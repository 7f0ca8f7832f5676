namespace Rebound.Engine.Abi;

/// <summary>A frame number in a guest's own contiguous numbering (Xen: PFN), never to be mistaken for a machine frame.</summary>
public readonly record struct PseudoPhysicalFrame(ulong Number)
{
    public static PseudoPhysicalFrame operator +(PseudoPhysicalFrame a, ulong offset) => new(a.Number + offset);

    public override string ToString() => $"pfn 0x{Number:x}";
}
