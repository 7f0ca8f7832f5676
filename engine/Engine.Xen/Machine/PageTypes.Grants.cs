using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <content>Page-table entries that stand for grants: their references are those that the grant took.</content>
public sealed partial class PageTypes
{
    /// <summary>Puts an entry for a granted frame into a slot of a valid L1 table, and lets go of what was there.</summary>
    /// <param name="slot">An 8-aligned machine address.</param>
    /// <param name="entry">The entry; its references are the caller's.</param>
    public bool TryMapGranted(MachineAddress slot, ulong entry, Domain domain)
    {
        if (!IsValidL1(slot.Frame, domain))
            return false;
        ulong before = machine.Memory.Read64(slot);
        machine.Memory.Write64(slot, PageEntryRules.Adjust(entry, PageType.L1));
        if (PageEntryRules.IsPresent(before))
            DropTarget(before, PageType.L1, slot.Frame);
        return true;
    }

    /// <summary>Takes the entry of a granted frame out of a slot, if it is there with the right to write that the grant gave.</summary>
    /// <param name="slot">An 8-aligned machine address.</param>
    /// <param name="replacement">What to put there: 0, or an entry that was taken out elsewhere with its references.</param>
    public bool TryUnmapGranted(MachineAddress slot, MachineFrame frame, bool writable, ulong replacement, Domain domain)
    {
        if (!IsValidL1(slot.Frame, domain))
            return false;
        ulong before = machine.Memory.Read64(slot);
        if (!PageEntryRules.IsPresent(before) || PageEntryRules.FrameOf(before) != frame || PageEntryRules.IsWritable(before) != writable)
            return false;
        machine.Memory.Write64(slot, replacement);
        return true;
    }

    /// <summary>Empties a slot of a valid L1 table without letting go of what it led to.</summary>
    public bool TryTakeOut(MachineAddress slot, Domain domain, out ulong entry)
    {
        entry = 0;
        if (!IsValidL1(slot.Frame, domain))
            return false;
        entry = machine.Memory.Read64(slot);
        machine.Memory.Write64(slot, 0);
        return true;
    }

    /// <summary>Lets go of what an L1 entry that is nowhere any more led to.</summary>
    public void DropTakenOut(ulong entry)
    {
        if (PageEntryRules.IsPresent(entry))
            DropTarget(entry, PageType.L1, MachineFrame.Invalid);
    }

    private bool IsValidL1(MachineFrame frame, Domain domain) =>
        machine.Contains(frame) && machine[frame] is { Type: PageType.L1, TypeReferences: > 0, Validated: true } page && page.Owner == domain;
}
