namespace Rebound.Jit.Cpu;

/// <summary>Kinds of access a translation is asked for.</summary>
public enum AccessKind
{
    Read,
    Write,
    Execute,
}

/// <summary>Outcome of a page walk: a frame and rights, or the error code of the #PF.</summary>
public readonly record struct Translation(bool Success, MachineFrame Frame, bool Writable, bool Executable, uint ErrorCode);

/// <summary>Bits of an x86-64 page-table entry (Intel SDM vol. 3, 4.5).</summary>
public static class PageTableEntry
{
    public const ulong Present = 1;
    public const ulong Writable = 2;
    public const ulong User = 4;
    public const ulong Accessed = 0x20;
    public const ulong Dirty = 0x40;
    public const ulong LargePage = 0x80;
    public const ulong Global = 0x100;
    public const ulong NoExecute = 1UL << 63;
    public const ulong AddressMask = 0x000f_ffff_ffff_f000;
}

/// <summary>Walks four-level guest page tables in machine memory and sets accessed and dirty bits as the CPU does.</summary>
public static unsafe class PageWalker
{
    /// <param name="memory">Machine memory.</param>
    /// <param name="root">The L4 table.</param>
    /// <param name="address">A canonical address.</param>
    /// <param name="access">What the access is.</param>
    /// <param name="user">True at CPL 3: every level must allow user access.</param>
    /// <param name="setBits">False for probes that must leave accessed and dirty bits alone.</param>
    public static Translation Walk(GuestMemory memory, MachineFrame root, VirtualAddress address, AccessKind access, bool user, bool setBits = true)
    {
        uint code = (access == AccessKind.Write ? PageFaultCode.Write : 0)
            | (user ? PageFaultCode.User : 0)
            | (access == AccessKind.Execute ? PageFaultCode.Fetch : 0);
        MachineFrame table = root;
        ulong rights = PageTableEntry.Writable | PageTableEntry.User;
        bool executable = true;
        ulong** path = stackalloc ulong*[4];
        for (int level = 4; ; level--)
        {
            if (!memory.Contains(table))
                return new Translation(false, default, false, false, code);
            int shift = 3 + (9 * level);
            ulong* slot = (ulong*)memory.FramePointer(table) + ((address.Value >> shift) & 511);
            path[level - 1] = slot;
            ulong entry = *slot;
            if ((entry & PageTableEntry.Present) == 0)
                return new Translation(false, default, false, false, code);
            rights &= entry;
            executable &= (entry & PageTableEntry.NoExecute) == 0;
            MachineFrame next = new((entry & PageTableEntry.AddressMask) >> GuestMemory.FrameShift);
            bool large = level is 2 or 3 && (entry & PageTableEntry.LargePage) != 0;
            if (level > 1 && !large)
            {
                table = next;
                continue;
            }

            if (large)
            {
                ulong within = (1UL << (shift - GuestMemory.FrameShift)) - 1;
                next = new MachineFrame((next.Number & ~within) | ((address.Value >> GuestMemory.FrameShift) & within));
            }

            bool allowed = (!user || (rights & PageTableEntry.User) != 0)
                && (access != AccessKind.Write || (rights & PageTableEntry.Writable) != 0)
                && (access != AccessKind.Execute || executable);
            if (!allowed || !memory.Contains(next))
                return new Translation(false, default, false, false, code | PageFaultCode.Present);
            if (setBits)
                SetBits(path, level, access == AccessKind.Write);
            return new Translation(true, next, (rights & PageTableEntry.Writable) != 0, executable, 0);
        }
    }

    private static void SetBits(ulong** path, int leaf, bool dirty)
    {
        for (int level = 4; level >= leaf; level--)
        {
            ulong wanted = PageTableEntry.Accessed | (level == leaf && dirty ? PageTableEntry.Dirty : 0);
            if ((*path[level - 1] & wanted) != wanted)
                *path[level - 1] |= wanted;
        }
    }
}
