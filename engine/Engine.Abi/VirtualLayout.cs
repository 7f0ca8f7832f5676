namespace Rebound.Engine.Abi;

/// <summary>Fixed virtual addresses of the 64-bit PV ABI.</summary>
public static class VirtualLayout
{
    /// <summary>First address that belongs to Xen (HYPERVISOR_VIRT_START).</summary>
    public const ulong HypervisorStart = 0xffff_8000_0000_0000;

    /// <summary>First address behind Xen's part (HYPERVISOR_VIRT_END).</summary>
    public const ulong HypervisorEnd = 0xffff_8800_0000_0000;

    /// <summary>The read-only machine-to-physical table: one u64 per machine frame.</summary>
    public const ulong MachineToPhysical = 0xffff_8000_0000_0000;

    /// <summary>End of the window reserved for that table.</summary>
    public const ulong MachineToPhysicalEnd = 0xffff_8040_0000_0000;

    /// <summary>L4 slots that belong to Xen: first and last.</summary>
    public const int FirstXenSlot = 256;
    public const int LastXenSlot = 271;

    /// <summary>Slot of Xen's map of all memory.</summary>
    public const int DirectMapSlot = 262;

    /// <summary>True if the L4 slot may be set by the guest.</summary>
    public static bool IsGuestSlot(int slot) => slot is < FirstXenSlot or > LastXenSlot;

    /// <summary>True if none of the bytes lies in Xen's part and the range does not wrap.</summary>
    public static bool IsGuestRange(ulong address, ulong length)
    {
        ulong last = length == 0 ? address : address + (length - 1);
        return last >= address && (last < HypervisorStart || address >= HypervisorEnd);
    }
}
