namespace Rebound.Engine.Xen.Builder;

/// <summary>What a PV kernel tells the domain builder, from ELF notes or from a <c>__xen_guest</c> section. Null: not stated.</summary>
public sealed record GuestNotes
{
    /// <summary>True if the text section was the source; it has other defaults.</summary>
    public bool Legacy { get; init; }

    /// <summary>Virtual address of the first instruction.</summary>
    public ulong? Entry { get; init; }

    /// <summary>Virtual address of the page to fill with hypercall stubs.</summary>
    public ulong? HypercallPage { get; init; }

    /// <summary>Virtual address at which pseudo-physical frame 0 is mapped.</summary>
    public ulong? VirtualBase { get; init; }

    /// <summary>What is subtracted from the ELF file's physical addresses.</summary>
    public ulong? PhysicalOffset { get; init; }

    /// <summary>Virtual address for the list of machine frames, outside the boot mapping.</summary>
    public ulong? InitialP2m { get; init; }

    /// <summary>True if the ramdisk need not be mapped and start_info may name it by frame number.</summary>
    public bool ModuleStartFrame { get; init; }

    public string XenVersion { get; init; } = "";

    public string GuestOs { get; init; } = "";

    public string GuestVersion { get; init; } = "";

    public string Loader { get; init; } = "";

    /// <summary>Feature list such as "!writable_page_tables|pae_pgdir_above_4gb".</summary>
    public string Features { get; init; } = "";

    /// <summary>Feature names that the guest must have, those with '!'.</summary>
    public IEnumerable<string> RequiredFeatures =>
        Features.Split('|', StringSplitOptions.RemoveEmptyEntries).Where(name => name.StartsWith('!')).Select(name => name[1..]);
}
