using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>Which bits a guest may set in page-table entries of each level, and what Xen adds to what it stores.</summary>
public static class PageEntryRules
{
    private const ulong CommonAllowed = PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User | PageTableEntry.Accessed
        | PageTableEntry.Dirty | PageTableEntry.NoExecute | PageTableEntry.AddressMask | GuestPageBits.Available;

    /// <summary>Bits that may change in a present entry without the target being looked at again. RW is never among them.</summary>
    private const ulong UncheckedBits = PageTableEntry.NoExecute | GuestPageBits.Available | PageTableEntry.Global
        | PageTableEntry.Dirty | PageTableEntry.Accessed | PageTableEntry.User;

    public static bool IsPresent(ulong entry) => (entry & PageTableEntry.Present) != 0;

    public static bool IsWritable(ulong entry) => (entry & PageTableEntry.Writable) != 0;

    public static MachineFrame FrameOf(ulong entry) => new((entry & PageTableEntry.AddressMask) >> GuestMemory.FrameShift);

    /// <summary>True if a present entry of a table of that type has no bit that is refused: caching attributes, and outside L1 also PSE and G.</summary>
    public static bool HasAllowedBits(ulong entry, PageType table) =>
        (entry & ~(CommonAllowed | (table == PageType.L1 ? PageTableEntry.Global : 0))) == 0;

    /// <summary>True if replacing one entry by the other needs no new check.</summary>
    public static bool IsSimilar(ulong before, ulong after) => IsPresent(before) && ((before ^ after) & ~UncheckedBits) == 0;

    /// <summary>The entry as stored: every level is open to ring 3, where both guest modes run.</summary>
    public static ulong Adjust(ulong entry, PageType table)
    {
        if (!IsPresent(entry))
            return entry;
        switch (table)
        {
            case PageType.L1:
                if ((entry & PageTableEntry.User) == 0)
                    return entry | PageTableEntry.User | GuestPageBits.GuestKernel;
                return (entry & GuestPageBits.GuestKernel) == 0 ? entry | PageTableEntry.Global : entry;
            case PageType.L4:
                return entry | PageTableEntry.User | PageTableEntry.Accessed;
            default:
                return entry | PageTableEntry.User;
        }
    }

    /// <summary>Type of the tables that entries of this table point at; <see cref="PageType.None"/> for L1.</summary>
    public static PageType ChildOf(PageType table) => table switch
    {
        PageType.L4 => PageType.L3,
        PageType.L3 => PageType.L2,
        PageType.L2 => PageType.L1,
        _ => PageType.None,
    };
}
