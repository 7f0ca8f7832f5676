using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>Finds entries in a guest's page tables.</summary>
public static class GuestPageTables
{
    /// <summary>Machine address of the L1 entry for an address in the kernel root; false if there is no L1 table or the address is Xen's.</summary>
    public static bool TryFindL1Slot(Vcpu vcpu, ulong address, out MachineAddress slot)
    {
        slot = default;
        GuestMemory memory = vcpu.Domain.Memory;
        MachineFrame table = vcpu.KernelRoot;
        if (!new VirtualAddress(address).IsCanonical || !VirtualLayout.IsGuestRange(address, 1))
            return false;
        for (int level = 4; memory.Contains(table); level--)
        {
            slot = table.Address + (((address >> (3 + (9 * level))) & 511) * 8);
            if (level == 1)
                return true;
            ulong entry = memory.Read64(slot);
            if (!PageEntryRules.IsPresent(entry) || (entry & PageTableEntry.LargePage) != 0)
                return false;
            table = PageEntryRules.FrameOf(entry);
        }

        return false;
    }
}
