namespace Rebound.GuestImages.Building;

/// <summary>
/// The page tables of one user address space, within the 2 MiB from <see cref="Base"/> on: four table pages in the
/// kernel's zeroed memory, and the list of entries that the kernel writes into them when it starts.
/// </summary>
internal sealed class UserSpace
{
    /// <summary>First address that can be mapped.</summary>
    public const ulong Base = 0x400000;

    private const ulong Size = 0x200000;

    private readonly List<ulong> _entries = [];

    public UserSpace(KernelBuilder kernel)
    {
        (Level4, Level3, Level2, Level1) = (kernel.Zero.Pages(), kernel.Zero.Pages(), kernel.Zero.Pages(), kernel.Zero.Pages());
        Set(Level4, Base >> 39, Level3, PageRights.Table);
        Set(Level3, Base >> 30, Level2, PageRights.Table);
        Set(Level2, Base >> 21, Level1, PageRights.Table);
    }

    /// <summary>Addresses of the table pages in the kernel's mapping.</summary>
    public ulong Level4 { get; }

    public ulong Level3 { get; }

    public ulong Level2 { get; }

    public ulong Level1 { get; }

    /// <summary>Triples (address of the table slot, page in the kernel's mapping, entry bits), ended by a zero.</summary>
    public ulong[] Entries => [.. _entries, 0];

    /// <summary>Maps a page of the kernel's at a user address.</summary>
    public void Map(ulong address, ulong kernelPage, PageRights rights)
    {
        if (address - Base >= Size) throw new ArgumentOutOfRangeException(nameof(address), $"0x{address:x} is outside the user space");
        Set(Level1, address >> 12, kernelPage, rights);
    }

    private void Set(ulong table, ulong index, ulong page, PageRights rights) =>
        _entries.AddRange([table + (index & 511) * 8, page, (ulong)rights]);
}
