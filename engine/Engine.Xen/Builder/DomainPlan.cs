using System.Globalization;
using System.Text;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Builder;

/// <summary>
/// Where everything goes in a new domain: pure data in pseudo-physical page numbers and virtual addresses, made by
/// <see cref="DomainPlanner"/> and carried out by <see cref="DomainBuilder"/>. Order as in public/xen.h, "start-of-day memory layout".
/// </summary>
public sealed record DomainPlan
{
    /// <summary>Pages of the domain.</summary>
    public required ulong Pages { get; init; }

    /// <summary>Virtual address of page 0 in the boot mapping.</summary>
    public required ulong VirtualBase { get; init; }

    /// <summary>What turns an ELF physical address into a virtual one.</summary>
    public required ulong VirtualOffset { get; init; }

    /// <summary>First instruction.</summary>
    public required ulong Entry { get; init; }

    /// <summary>Page to fill with hypercall stubs, or null.</summary>
    public required ulong? HypercallPage { get; init; }

    public required FrameRange Kernel { get; init; }

    /// <summary>The ramdisk; outside the boot mapping if <see cref="RamdiskByFrame"/>.</summary>
    public required FrameRange Ramdisk { get; init; }

    public required ulong RamdiskSize { get; init; }

    /// <summary>True if start_info names the ramdisk by page number (SIF_MOD_START_PFN).</summary>
    public required bool RamdiskByFrame { get; init; }

    /// <summary>The list of machine frames, one 8-byte word for each page.</summary>
    public required FrameRange P2m { get; init; }

    /// <summary>Where the list is mapped: in the boot mapping, or where INIT_P2M asked.</summary>
    public required ulong P2mAddress { get; init; }

    /// <summary>Page tables for an own mapping of the list; none if it lies in the boot mapping.</summary>
    public required FrameRange P2mTables { get; init; }

    public required PseudoPhysicalFrame StartInfo { get; init; }

    public required PseudoPhysicalFrame Store { get; init; }

    public required PseudoPhysicalFrame Console { get; init; }

    /// <summary>Page tables of the boot mapping: the L4, then all L3s, L2s and L1s.</summary>
    public required FrameRange PageTables { get; init; }

    public required PageTableCounts Counts { get; init; }

    public required PseudoPhysicalFrame BootStack { get; init; }

    /// <summary>Pages in the boot mapping, from page 0.</summary>
    public required ulong MappedPages { get; init; }

    /// <summary>True if the list of machine frames has a mapping of its own.</summary>
    public bool HasOwnP2mMapping => P2mTables.Count != 0;

    /// <summary>Virtual address of a page in the boot mapping.</summary>
    public ulong AddressOf(PseudoPhysicalFrame page) => VirtualBase + (page.Number << 12);

    /// <summary>True for pages that hold page tables and so must be mapped read-only.</summary>
    public bool IsPageTable(PseudoPhysicalFrame page) => PageTables.Contains(page) || P2mTables.Contains(page);

    /// <summary>The layout as a table for people, one part a line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"pages           0x{Pages:x} ({Pages >> 8} MiB), mapped 0x{MappedPages:x} at 0x{VirtualBase:x}");
        text.AppendLine(CultureInfo.InvariantCulture, $"entry           0x{Entry:x}");
        text.AppendLine(CultureInfo.InvariantCulture, $"hypercall page  {(HypercallPage is { } page ? $"0x{page:x}" : "none")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"kernel          {Kernel}");
        text.AppendLine(CultureInfo.InvariantCulture, $"ramdisk         {Ramdisk}{(RamdiskByFrame ? ", by page number" : "")}");
        text.AppendLine(CultureInfo.InvariantCulture, $"p2m             {P2m} at 0x{P2mAddress:x}, tables {P2mTables}");
        text.AppendLine(CultureInfo.InvariantCulture, $"start_info      0x{StartInfo.Number:x}");
        text.AppendLine(CultureInfo.InvariantCulture, $"xenstore        0x{Store.Number:x}");
        text.AppendLine(CultureInfo.InvariantCulture, $"console         0x{Console.Number:x}");
        text.AppendLine(CultureInfo.InvariantCulture, $"page tables     {PageTables} (L4 1, L3 {Counts.L3}, L2 {Counts.L2}, L1 {Counts.L1})");
        text.Append(CultureInfo.InvariantCulture, $"boot stack      0x{BootStack.Number:x}");
        return text.ToString();
    }
}
