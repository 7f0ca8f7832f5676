using Rebound.Engine.Tests.Xen;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Hostile;

/// <summary>Looks at all page tables of a guest for what must never be there, whatever the guest did.</summary>
internal static class PageAudit
{
    /// <summary>What is wrong, as one sentence; null if nothing is.</summary>
    public static string? Find(TestGuest guest)
    {
        Domain domain = guest.Domain;
        var uses = new Dictionary<ulong, (uint References, uint Types)>();
        for (ulong number = 1; number < domain.Machine.FrameCount; number++)
        {
            var frame = new MachineFrame(number);
            PageInfo table = domain.Machine[frame];
            if (!table.IsPageTable || table.TypeReferences == 0 || !table.Validated)
                continue;
            if (FindInTable(domain, frame, table.Type, uses) is { } wrong)
                return wrong;
        }

        foreach ((ulong number, (uint references, uint types)) in uses)
        {
            PageInfo page = domain.Machine[new MachineFrame(number)];
            if (page.References < references || page.TypeReferences < types)
                return $"frame 0x{number:x} has {page.References} references and {page.TypeReferences} of its type {page.Type}, but entries hold {references} and {types}";
        }

        return null;
    }

    private static string? FindInTable(
        Domain domain, MachineFrame frame, PageType type, Dictionary<ulong, (uint References, uint Types)> uses)
    {
        for (int i = 0; i < 512; i++)
        {
            if (type == PageType.L4 && !Abi.VirtualLayout.IsGuestSlot(i))
                continue;
            ulong entry = domain.Memory.Read64(frame.Address + ((ulong)i * 8));
            if (!PageEntryRules.IsPresent(entry))
                continue;
            string place = $"entry {i} of the {type} table 0x{frame.Number:x} (0x{entry:x})";
            if (!PageEntryRules.HasAllowedBits(entry, type))
                return $"{place} has bits that are not allowed";
            MachineFrame target = PageEntryRules.FrameOf(entry);
            if (!domain.Machine.Contains(target) || domain.Machine[target].Owner != domain)
                return $"{place} leads to a frame that is not the guest's";
            PageInfo page = domain.Machine[target];
            PageType child = PageEntryRules.ChildOf(type);
            bool typed = child != PageType.None || PageEntryRules.IsWritable(entry);
            PageType expected = child != PageType.None ? child : PageType.Writable;
            bool linear = child != PageType.None && page.Type == type && !PageEntryRules.IsWritable(entry);
            if (linear && target == frame)
                continue;
            if (typed && !linear && (page.Type != expected || page.TypeReferences == 0))
                return $"{place} needs a frame of type {expected}, which is {page.Type}";
            (uint references, uint types) = uses.GetValueOrDefault(target.Number);
            uses[target.Number] = (references + 1, types + (typed ? 1u : 0));
        }

        return null;
    }
}
