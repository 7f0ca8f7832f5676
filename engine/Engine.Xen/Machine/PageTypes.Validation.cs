using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Emulation;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <content>Checking whole tables, and letting go of them.</content>
public sealed partial class PageTypes
{
    private const int EntriesPerTable = GuestMemory.FrameSize / sizeof(ulong);

    /// <summary>Checks every entry and takes the references they stand for; all or nothing.</summary>
    private long Validate(MachineFrame frame, Domain domain, PageType type)
    {
        if (type == PageType.SegmentDescriptors)
            return ValidateDescriptors(frame);
        for (int i = 0; i < EntriesPerTable; i++)
        {
            if (type == PageType.L4 && !VirtualLayout.IsGuestSlot(i))
                continue;
            MachineAddress slot = SlotOf(frame, i);
            ulong entry = machine.Memory.Read64(slot);
            if (!PageEntryRules.IsPresent(entry))
                continue;
            long result = TakeTarget(entry, domain, type, frame);
            if (result < 0)
            {
                ReleaseEntries(frame, type, i);
                return result;
            }

            ulong stored = PageEntryRules.Adjust(entry, type);
            if (stored != entry)
                machine.Memory.Write64(slot, stored);
        }

        if (type == PageType.L4)
            FillXenSlots(frame, domain);
        return 0;
    }

    private long ValidateDescriptors(MachineFrame frame)
    {
        for (int i = 0; i < EntriesPerTable; i++)
        {
            MachineAddress slot = SlotOf(frame, i);
            ulong descriptor = machine.Memory.Read64(slot);
            if (!Descriptor.TrySanitise(descriptor, out ulong stored))
                return -Errno.EINVAL;
            if (stored != descriptor)
                machine.Memory.Write64(slot, stored);
        }

        return 0;
    }

    /// <summary>Takes the references that one present entry stands for (get_page_from_lNe).</summary>
    private long TakeTarget(ulong entry, Domain domain, PageType table, MachineFrame frame)
    {
        if (!PageEntryRules.HasAllowedBits(entry, table))
            return -Errno.EINVAL;
        MachineFrame target = PageEntryRules.FrameOf(entry);
        PageType child = PageEntryRules.ChildOf(table);
        if (child != PageType.None)
        {
            long taken = Take(target, domain, child);
            return taken == -Errno.EINVAL && TryTakeLinear(entry, domain, table, frame) ? 0 : taken;
        }

        if (!machine.Contains(target))
            return -Errno.EPERM;
        if (!TryReference(target, domain))
            return -Errno.EBUSY;
        if (!PageEntryRules.IsWritable(entry))
            return 0;
        if (TakeType(target, domain, PageType.Writable) == 0)
            return 0;
        DropReference(target);
        return -Errno.EBUSY;
    }

    /// <summary>Gives up the references of one present entry.</summary>
    private void DropTarget(ulong entry, PageType table, MachineFrame frame)
    {
        MachineFrame target = PageEntryRules.FrameOf(entry);
        if (table != PageType.L1 && machine[target].Type == table)
        {
            // A linear entry. One that leads to its own table has taken nothing.
            if (target == frame)
                return;
            machine[frame].LinearEntries--;
            machine[target].LinearEntries++;
        }

        if (table != PageType.L1 || PageEntryRules.IsWritable(entry))
            DropType(target);
        DropReference(target);
    }

    /// <summary>
    /// Linear page tables: an upper entry may lead, read-only, to a table of its own level instead of the one below, so that the tables appear as
    /// memory. The other table must be valid already.
    /// </summary>
    private bool TryTakeLinear(ulong entry, Domain domain, PageType table, MachineFrame frame)
    {
        MachineFrame target = PageEntryRules.FrameOf(entry);
        if (PageEntryRules.IsWritable(entry))
            return false;
        if (target == frame)
            return true;
        if (!TryReference(target, domain))
            return false;
        ref PageInfo holder = ref machine[frame];
        ref PageInfo page = ref machine[target];
        bool allowed = holder.LinearEntries is >= 0 and < short.MaxValue
            && page.LinearEntries is <= 0 and > short.MinValue
            && page.Type == table && page is { Validated: true, TypeReferences: > 0 and < uint.MaxValue };
        if (!allowed)
        {
            DropReference(target);
            return false;
        }

        holder.LinearEntries++;
        page.LinearEntries--;
        page.TypeReferences++;
        return true;
    }

    private void ReleaseEntries(MachineFrame frame, PageType type, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (type == PageType.L4 && !VirtualLayout.IsGuestSlot(i))
                continue;
            ulong entry = machine.Memory.Read64(SlotOf(frame, i));
            if (PageEntryRules.IsPresent(entry))
                DropTarget(entry, type, frame);
        }
    }

    private void FillXenSlots(MachineFrame frame, Domain domain)
    {
        for (int i = VirtualLayout.FirstXenSlot; i <= VirtualLayout.LastXenSlot; i++)
            machine.Memory.Write64(SlotOf(frame, i), 0);
        machine.Memory.Write64(SlotOf(frame, VirtualLayout.DirectMapSlot), machine.MachineToPhysical.DirectMapL4Entry);
        if (domain.Assists(VmAssistType.M2pStrict))
            ShowMachineToPhysical(frame, true);
    }

    /// <summary>Maps the read-only m2p in a root, or takes it out.</summary>
    private void ShowMachineToPhysical(MachineFrame root, bool shown) =>
        machine.Memory.Write64(SlotOf(root, VirtualLayout.FirstXenSlot), shown ? machine.MachineToPhysical.L4Entry : 0);

    private static MachineAddress SlotOf(MachineFrame frame, int index) => frame.Address + ((ulong)index * 8);
}
