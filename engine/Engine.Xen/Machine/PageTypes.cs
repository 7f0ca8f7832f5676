using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>
/// References and types of machine frames: a frame is a page table, a descriptor page, or writable, never two of them at a time.
/// Methods that can be refused return 0 or a negated <see cref="Errno"/>, as Xen's do.
/// </summary>
public sealed partial class PageTypes(MachineMemory machine)
{
    /// <summary>Takes a general reference for the domain; false if the frame is not the domain's to use.</summary>
    public bool TryReference(MachineFrame frame, Domain domain)
    {
        if (!machine.Contains(frame))
            return false;
        ref PageInfo page = ref machine[frame];
        if (page.Owner != domain || page.References is 0 or uint.MaxValue)
            return false;
        page.References++;
        return true;
    }

    /// <summary>Drops a general reference; the last one frees the frame.</summary>
    public void DropReference(MachineFrame frame)
    {
        ref PageInfo page = ref machine[frame];
        if (--page.References == 0)
            machine.Release(frame);
    }

    /// <summary>Takes a general and a type reference, checking the whole frame if it did not have the type (get_page_and_type_from_mfn).</summary>
    public long Take(MachineFrame frame, Domain domain, PageType type)
    {
        if (!TryReference(frame, domain))
            return -Errno.EINVAL;
        long result = TakeType(frame, domain, type);
        if (result < 0)
            DropReference(frame);
        return result;
    }

    /// <summary>Drops what <see cref="Take"/> took.</summary>
    public void Drop(MachineFrame frame)
    {
        DropType(frame);
        DropReference(frame);
    }

    /// <summary>Checks a table with everything below it and keeps the type until <see cref="Unpin"/> (MMUEXT_PIN_*).</summary>
    public long Pin(MachineFrame frame, Domain domain, PageType type)
    {
        long result = Take(frame, domain, type);
        if (result < 0)
            return result;
        ref PageInfo page = ref machine[frame];
        if (page.Pinned)
        {
            Drop(frame);
            return -Errno.EINVAL;
        }

        page.Pinned = true;
        return 0;
    }

    /// <summary>Ends a pin.</summary>
    public long Unpin(MachineFrame frame, Domain domain)
    {
        if (!machine.Contains(frame) || machine[frame].Owner != domain || !machine[frame].Pinned)
            return -Errno.EINVAL;
        machine[frame].Pinned = false;
        Drop(frame);
        return 0;
    }

    /// <summary>Takes a type reference; the caller holds a general one.</summary>
    public long TakeType(MachineFrame frame, Domain domain, PageType type)
    {
        ref PageInfo page = ref machine[frame];
        if (page.TypeReferences != 0)
        {
            // A table that is still being checked cannot be reached through itself.
            if (page.Type != type || !page.Validated || page.TypeReferences == uint.MaxValue)
                return -Errno.EINVAL;
            page.TypeReferences++;
            return 0;
        }

        if (page.Type == PageType.Writable && type != PageType.Writable)
            RevokeWrites(frame, domain);
        page.Type = type;
        page.TypeReferences = 1;
        page.Validated = type == PageType.Writable;
        if (page.Validated)
            return 0;
        long result = Validate(frame, domain, type);
        ref PageInfo checkedPage = ref machine[frame];
        if (result < 0)
        {
            checkedPage.Type = PageType.None;
            checkedPage.TypeReferences = 0;
            return result;
        }

        checkedPage.Validated = true;
        return 0;
    }

    /// <summary>Drops a type reference; the last one gives up what the frame's entries refer to. The type is remembered without meaning.</summary>
    public void DropType(MachineFrame frame)
    {
        ref PageInfo page = ref machine[frame];
        if (--page.TypeReferences != 0)
            return;
        PageType type = page.Type;
        page.Validated = false;
        if (page.IsPageTable)
            ReleaseEntries(frame, type, 512);
    }

    private static void RevokeWrites(MachineFrame frame, Domain domain)
    {
        foreach (Vcpu vcpu in domain.Vcpus)
            vcpu.Cpu.RevokeWrites(frame);
    }
}
