namespace Rebound.Engine.Xen.Machine;

/// <summary>What a frame is used as. Types exclude each other while the type count is above 0.</summary>
public enum PageType : byte
{
    /// <summary>No type: reachable read-only at most.</summary>
    None,
    L1,
    L2,
    L3,
    L4,

    /// <summary>Holds segment descriptors of a GDT or LDT.</summary>
    SegmentDescriptors,

    /// <summary>Mapped writable somewhere.</summary>
    Writable,

    /// <summary>Given by Xen read-only to every domain.</summary>
    Shared,
}

/// <summary>To whom a frame belongs.</summary>
public enum FrameUse : byte
{
    Free,

    /// <summary>Xen's own: no guest entry may point at it.</summary>
    Xen,

    /// <summary>Ordinary memory of a domain.</summary>
    Domain,

    /// <summary>Xen's memory that one domain may map (shared_info, grant frames).</summary>
    SharedWithDomain,
}

/// <summary>Xen's bookkeeping of one machine frame (struct page_info).</summary>
public struct PageInfo
{
    /// <summary>The domain the frame belongs to; null for free frames and Xen's own.</summary>
    public Domain? Owner;

    /// <summary>General references: one for the allocation, one per present entry, one per typed use.</summary>
    public uint References;

    /// <summary>References of the present type.</summary>
    public uint TypeReferences;

    public FrameUse Use;

    public PageType Type;

    /// <summary>The type was checked to the last entry.</summary>
    public bool Validated;

    /// <summary>Pinned by mmuext_op: holds one reference of each sort.</summary>
    public bool Pinned;

    /// <summary>
    /// Linear page-table entries: above 0 those that the table has, below 0 those of others that lead to it. It cannot have both, which bounds recursion.
    /// </summary>
    public short LinearEntries;

    /// <summary>The allocation itself still holds its reference (PGC_allocated).</summary>
    public bool Allocated;

    /// <summary>True for page-table types.</summary>
    public readonly bool IsPageTable => Type is >= PageType.L1 and <= PageType.L4;

    /// <summary>A frame that a domain was just given.</summary>
    public static PageInfo AllocatedTo(Domain domain) => new() { Use = FrameUse.Domain, Owner = domain, References = 1, Allocated = true };
}
