using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <content>Changing single entries, and loading roots.</content>
public sealed partial class PageTypes
{
    /// <summary>
    /// Writes 8 bytes into a frame of the domain as mmu_update does: checked if the frame is a page table now, a plain store if it can be
    /// typed writable.
    /// </summary>
    /// <param name="slot">An 8-aligned machine address.</param>
    /// <param name="preserveAccessedDirty">Keep the A and D bits that the entry has.</param>
    public long Update(MachineAddress slot, ulong value, Domain domain, bool preserveAccessedDirty)
    {
        if (!TryReference(slot.Frame, domain))
            return -Errno.EINVAL;
        long result;
        PageInfo page = machine[slot.Frame];
        if (page.IsPageTable && page.TypeReferences != 0)
        {
            result = page.Validated ? Modify(slot, value, domain, page.Type, preserveAccessedDirty) : -Errno.EINVAL;
        }
        else if (TakeType(slot.Frame, domain, PageType.Writable) == 0)
        {
            machine.Memory.Write64(slot, value);
            DropType(slot.Frame);
            result = 0;
        }
        else
        {
            result = -Errno.EINVAL;
        }

        DropReference(slot.Frame);
        return result;
    }

    /// <summary>As <see cref="Update"/>, but only for a slot of a valid L1 table (update_va_mapping, emulated stores).</summary>
    public long UpdateL1(MachineAddress slot, ulong value, Domain domain)
    {
        if (!machine.Contains(slot.Frame))
            return -Errno.EINVAL;
        PageInfo page = machine[slot.Frame];
        if (page.Owner != domain || page.Type != PageType.L1 || page.TypeReferences == 0 || !page.Validated)
            return -Errno.EINVAL;
        return Modify(slot, value, domain, PageType.L1, preserveAccessedDirty: false);
    }

    /// <summary>Writes a descriptor into a GDT or LDT page, or a page that may become one (update_descriptor).</summary>
    public long UpdateDescriptor(MachineAddress slot, ulong descriptor, Domain domain)
    {
        if ((slot.Offset & 7) != 0
            || !Emulation.Descriptor.TrySanitise(descriptor, out ulong stored)
            || !TryReference(slot.Frame, domain))
        {
            return -Errno.EINVAL;
        }

        PageType type = machine[slot.Frame] is { Type: PageType.SegmentDescriptors, TypeReferences: > 0 }
            ? PageType.SegmentDescriptors
            : PageType.Writable;
        long result = TakeType(slot.Frame, domain, type);
        if (result == 0)
        {
            machine.Memory.Write64(slot, stored);
            DropType(slot.Frame);
        }

        DropReference(slot.Frame);
        return result < 0 ? -Errno.EINVAL : 0;
    }

    /// <summary>Loads the guest kernel's root (MMUEXT_NEW_BASEPTR): the table is checked, holds references, and shows the m2p.</summary>
    public long LoadKernelRoot(Vcpu vcpu, MachineFrame root)
    {
        long result = Take(root, vcpu.Domain, PageType.L4);
        if (result < 0)
            return result;
        ShowMachineToPhysical(root, true);
        vcpu.InvalidateLdt();
        MachineFrame old = vcpu.KernelRoot;
        vcpu.SetKernelRoot(root);
        if (old != MachineFrame.Invalid)
            Drop(old);
        return 0;
    }

    /// <summary>Loads the guest user's root (MMUEXT_NEW_USER_BASEPTR); <see cref="MachineFrame.Invalid"/> for none.</summary>
    public long LoadUserRoot(Vcpu vcpu, MachineFrame root)
    {
        if (root != MachineFrame.Invalid)
        {
            long result = Take(root, vcpu.Domain, PageType.L4);
            if (result < 0)
                return result;
            if (vcpu.Domain.Assists(VmAssistType.M2pStrict))
                ShowMachineToPhysical(root, false);
        }

        MachineFrame old = vcpu.UserRoot;
        vcpu.SetUserRoot(root);
        if (old != MachineFrame.Invalid)
            Drop(old);
        return 0;
    }

    private long Modify(MachineAddress slot, ulong value, Domain domain, PageType table, bool preserveAccessedDirty)
    {
        if (table == PageType.L4 && !VirtualLayout.IsGuestSlot(slot.Offset / 8))
            return -Errno.EINVAL; // as Xen 4.17.7 answers, for whatever value
        ulong before = machine.Memory.Read64(slot);
        if (PageEntryRules.IsPresent(value))
        {
            if (!PageEntryRules.HasAllowedBits(value, table))
                return -Errno.EINVAL;
            if (!PageEntryRules.IsSimilar(before, value))
            {
                long result = TakeTarget(value, domain, table, slot.Frame);
                if (result < 0)
                    return result;
            }
            else
            {
                Store(slot, before, value, table, preserveAccessedDirty);
                return 0;
            }
        }

        Store(slot, before, value, table, preserveAccessedDirty);
        if (PageEntryRules.IsPresent(before))
            DropTarget(before, table, slot.Frame);
        return 0;
    }

    private void Store(MachineAddress slot, ulong before, ulong value, PageType table, bool preserveAccessedDirty)
    {
        ulong stored = PageEntryRules.Adjust(value, table);
        if (preserveAccessedDirty)
            stored |= before & (PageTableEntry.Accessed | PageTableEntry.Dirty);
        machine.Memory.Write64(slot, stored);
    }
}
