namespace Rebound.Engine.Xen.Builder;

/// <summary>What the planner is asked for, apart from the image.</summary>
public sealed record DomainPlanOptions
{
    /// <summary>Pages of 4 KiB the domain gets.</summary>
    public required ulong Pages { get; init; }

    /// <summary>Bytes of the ramdisk; 0 for none.</summary>
    public ulong RamdiskSize { get; init; }

    /// <summary>Whether the loader knows INIT_P2M (Xen 3.4 and later).</summary>
    public bool HonoursInitialP2m { get; init; } = true;

    /// <summary>Whether the loader knows MOD_START_PFN (Xen 4.1 and later).</summary>
    public bool HonoursModuleStartFrame { get; init; } = true;
}
