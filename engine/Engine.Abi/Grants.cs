namespace Rebound.Engine.Abi;

/// <summary>What an operation on a grant ends with (public/grant_table.h, GNTST_*); a signed 16-bit field of its argument.</summary>
public enum GrantStatus : short
{
    Okay = 0,
    GeneralError = -1,
    BadDomain = -2,
    BadReference = -3,
    BadHandle = -4,
    BadVirtualAddress = -5,
    BadDeviceAddress = -6,
    NoDeviceSpace = -7,
    PermissionDenied = -8,
    BadPage = -9,
    BadCopyArgument = -10,
    AddressTooBig = -11,
    Again = -12,
    NoSpace = -13,
}

/// <summary>Flags of an entry of the shared table, and of its status word in version 2 (GTF_*).</summary>
public static class GrantFlags
{
    public const ushort TypeMask = 3;
    public const ushort PermitAccess = 1;
    public const ushort AcceptTransfer = 2;

    /// <summary>Version 2 only: the entry stands for an entry of another domain.</summary>
    public const ushort Transitive = 3;

    public const ushort ReadOnly = 1 << 2;

    /// <summary>Set by Xen while somebody uses the grant.</summary>
    public const ushort Reading = 1 << 3;

    /// <summary>Set by Xen while somebody may write through the grant.</summary>
    public const ushort Writing = 1 << 4;

    /// <summary>Version 2 only: a range of the page, to be copied and not to be mapped.</summary>
    public const ushort SubPage = 1 << 8;

    /// <summary>Of an entry that accepts a transfer: Xen has chosen the page.</summary>
    public const ushort TransferCommitted = 1 << 2;

    /// <summary>Of an entry that accepts a transfer: the page is the domain's.</summary>
    public const ushort TransferCompleted = 1 << 3;
}

/// <summary>Flags of a mapping (GNTMAP_*).</summary>
public static class GrantMapFlags
{
    public const uint Device = 1 << 0;
    public const uint Host = 1 << 1;
    public const uint ReadOnly = 1 << 2;

    /// <summary>The entry is for user mode.</summary>
    public const uint Application = 1 << 3;

    /// <summary>The host address is a machine address of a page-table entry.</summary>
    public const uint ContainsEntry = 1 << 4;

    /// <summary>First of three bits that become bits 9 to 11 of the page-table entry.</summary>
    public const int AvailableShift = 16;
}

/// <summary>Flags of a copy (GNTCOPY_*).</summary>
public static class GrantCopyFlags
{
    public const ushort SourceIsGrant = 1 << 0;
    public const ushort DestinationIsGrant = 1 << 1;
}

/// <summary>Byte offsets in the entries of the shared table (struct grant_entry_v1, union grant_entry_v2).</summary>
public static class GrantEntryLayout
{
    public const int SizeOfVersion1 = 8;
    public const int SizeOfVersion2 = 16;

    public const int Flags = 0;
    public const int Domain = 2;

    /// <summary>u32 in version 1.</summary>
    public const int Frame = 4;

    /// <summary>u64 in version 2.</summary>
    public const int Frame2 = 8;

    /// <summary>Of a part of a page, u16 each.</summary>
    public const int PartOffset = 4;
    public const int PartLength = 6;

    /// <summary>Of a transitive grant: u16 domain, u32 reference.</summary>
    public const int TransitiveDomain = 4;
    public const int TransitiveReference = 8;

    /// <summary>Bytes of a status word of version 2.</summary>
    public const int StatusSize = 2;

    /// <summary>References that the builder of the domain uses: they survive a change of the version.</summary>
    public const int ReservedEntries = 8;
}
