namespace Rebound.Engine.Xen.Builder;

/// <summary>A run of pseudo-physical pages: <paramref name="Start"/> .. <paramref name="Start"/> + <paramref name="Count"/> - 1.</summary>
public readonly record struct PageRange(ulong Start, ulong Count)
{
    /// <summary>First page behind the run.</summary>
    public ulong End => Start + Count;

    public bool Contains(ulong page) => page - Start < Count;

    public override string ToString() => Count == 0 ? "none" : $"0x{Start:x}..0x{End - 1:x}";
}
