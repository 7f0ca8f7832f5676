namespace Rebound.GuestImages.Building;

/// <summary>Page-table entry bits, in the sets that the guests use.</summary>
[Flags]
internal enum PageRights : ulong
{
    /// <summary>A page-table page, mapped read-only for the kernel: present, accessed.</summary>
    TablePage = 0x21,

    /// <summary>An entry that points to a lower table: all rights, the leaf decides.</summary>
    Table = 0x67,

    /// <summary>Readable and executable in user mode.</summary>
    UserText = 0x25,

    /// <summary>Readable and writable in user mode, not executable.</summary>
    UserData = 0x67 | NoExecute,

    /// <summary>Readable in user mode, not executable.</summary>
    UserReadOnly = 0x25 | NoExecute,

    NoExecute = 1ul << 63,
}
