using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Builder;

/// <summary>
/// Writes the page tables of a new domain into frames that the plan set aside: entries as a guest would give them to Xen,
/// before validation.
/// </summary>
internal sealed class BootPageTables(Domain domain, DomainPlan plan)
{
    private const ulong TableBits = PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User | PageTableEntry.Accessed | PageTableEntry.Dirty;
    private const ulong ReadOnlyBits = PageTableEntry.Present | PageTableEntry.Accessed;

    /// <summary>The root.</summary>
    public MachineFrame L4 => domain.PhysicalMap[plan.PageTables.Start];

    public void Write()
    {
        var boot = new TableSet(plan.PageTables.Start + 1, plan.VirtualBase, plan.Counts);
        for (ulong page = 0; page < plan.MappedPages; page++)
            Map(boot, plan.VirtualBase + (page << 12), new PseudoPhysicalFrame(page));
        if (!plan.HasOwnP2mMapping)
            return;
        var list = new TableSet(plan.P2mTables.Start, plan.P2mAddress, PageTableCounts.For(plan.P2mAddress, plan.P2m.Count));
        for (ulong page = 0; page < plan.P2m.Count; page++)
            Map(list, plan.P2mAddress + (page << 12), plan.P2m.Start + page);
    }

    private void Map(TableSet tables, ulong address, PseudoPhysicalFrame target)
    {
        Link(L4, address, 39, tables.Table(3, address));
        Link(MachineOf(tables.Table(3, address)), address, 30, tables.Table(2, address));
        Link(MachineOf(tables.Table(2, address)), address, 21, tables.Table(1, address));
        ulong bits = plan.IsPageTable(target) ? ReadOnlyBits : ReadOnlyBits | PageTableEntry.Writable;
        Set(MachineOf(tables.Table(1, address)), address, 12, target, bits);
    }

    private void Link(MachineFrame parent, ulong address, int shift, PseudoPhysicalFrame child) => Set(parent, address, shift, child, TableBits);

    private void Set(MachineFrame table, ulong address, int shift, PseudoPhysicalFrame target, ulong bits) =>
        domain.Memory.Write64(table.Address + (((address >> shift) & 511) * 8), MachineOf(target).Address.Value | bits);

    private MachineFrame MachineOf(PseudoPhysicalFrame frame) => domain.PhysicalMap[frame];

    /// <summary>The tables of one contiguous range: all L3s, then all L2s, then all L1s.</summary>
    private readonly record struct TableSet(PseudoPhysicalFrame First, ulong Start, PageTableCounts Counts)
    {
        public PseudoPhysicalFrame Table(int level, ulong address)
        {
            int shift = 12 + (9 * level);
            ulong skipped = level switch { 3 => 0, 2 => Counts.L3, _ => Counts.L3 + Counts.L2 };
            return First + (skipped + ((address >> shift) - (Start >> shift)));
        }
    }
}
