namespace Rebound.Engine.Xen.Builder;

/// <summary>Tables below the L4 that map a range of virtual addresses.</summary>
public readonly record struct PageTableCounts(ulong L3, ulong L2, ulong L1)
{
    private const int L1Shift = 21;
    private const int L2Shift = 30;
    private const int L3Shift = 39;

    public ulong Total => L3 + L2 + L1;

    /// <summary>Tables for <paramref name="pages"/> pages from <paramref name="start"/>; the range does not wrap.</summary>
    public static PageTableCounts For(ulong start, ulong pages)
    {
        ulong last = start + (pages << 12) - 1;
        return new PageTableCounts(Slots(L3Shift), Slots(L2Shift), Slots(L1Shift));

        ulong Slots(int shift) => (last >> shift) - (start >> shift) + 1;
    }
}
