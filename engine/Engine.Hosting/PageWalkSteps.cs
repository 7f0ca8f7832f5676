using System.Globalization;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>One page-table entry on the way to an address.</summary>
/// <param name="Level">4 to 1.</param>
/// <param name="Index">Its place in its table.</param>
/// <param name="Entry">Its value.</param>
public readonly record struct PageWalkStep(int Level, int Index, ulong Entry)
{
    private static readonly (ulong Bit, string Name)[] BitNames =
    [
        (PageTableEntry.Writable, "writable"), (PageTableEntry.User, "user"), (PageTableEntry.Accessed, "accessed"), (PageTableEntry.Dirty, "dirty"),
        (PageTableEntry.LargePage, "large"), (PageTableEntry.Global, "global"), (PageTableEntry.NoExecute, "nx"),
    ];

    /// <summary>True if the way goes on.</summary>
    public bool IsPresent => (Entry & PageTableEntry.Present) != 0;

    /// <summary>The entries from the root to an address, ending with the first that is not present or is the last level.</summary>
    /// <param name="memory">Machine memory.</param>
    /// <param name="root">The L4 table; may be invalid.</param>
    /// <param name="address">Any address.</param>
    public static IReadOnlyList<PageWalkStep> To(GuestMemory memory, MachineFrame root, ulong address)
    {
        var steps = new List<PageWalkStep>();
        MachineFrame table = root;
        for (int level = 4; level > 0 && memory.Contains(table) && new VirtualAddress(address).IsCanonical; level--)
        {
            int index = (int)(address >> (3 + (9 * level))) & 511;
            ulong entry = memory.Read64(table.Address + ((ulong)index * sizeof(ulong)));
            // In an L1 entry the bit of large pages chooses a memory type.
            var step = new PageWalkStep(level, index, level == 1 ? entry & ~PageTableEntry.LargePage : entry);
            steps.Add(step);
            if (!step.IsPresent || (level < 4 && (step.Entry & PageTableEntry.LargePage) != 0))
                break;
            table = new MachineFrame((entry & PageTableEntry.AddressMask) >> GuestMemory.FrameShift);
        }

        return steps;
    }

    public override string ToString()
    {
        ulong entry = Entry;
        string bits = string.Join(' ', BitNames.Where(bit => (entry & bit.Bit) != 0).Select(bit => bit.Name));
        string text = string.Create(CultureInfo.InvariantCulture, $"l{Level}[{Index}] {Entry:x16}");
        return IsPresent ? $"{text} {bits}" : $"{text} not present";
    }
}
