using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Grants;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>
/// GNTTABOP_map_grant_ref and its counterparts. The grants that a domU can map here are those it has given to itself: the control domain grants
/// nothing, and there is no other domain.
/// </summary>
internal static class GrantMapCalls
{
    /// <summary>u64 host address, u32 flags, u32 reference, u16 domain, s16 status, u32 handle, u64 bus address.</summary>
    public static long Map(in HypercallContext call, Span<byte> element)
    {
        Domain domain = call.Domain;
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(element[8..]);
        uint reference = BinaryPrimitives.ReadUInt32LittleEndian(element[12..]);
        DomainReference remote = domain.NamedByNumber(BinaryPrimitives.ReadUInt16LittleEndian(element[16..]));
        GrantStatus status = Map(call, BinaryPrimitives.ReadUInt64LittleEndian(element), flags, reference, remote, out uint handle, out MachineFrame frame);
        BinaryPrimitives.WriteInt16LittleEndian(element[18..], (short)status);
        if (status != GrantStatus.Okay)
            return 0;
        BinaryPrimitives.WriteUInt32LittleEndian(element[20..], handle);
        BinaryPrimitives.WriteUInt64LittleEndian(element[24..], frame.Address.Value);
        return 0;
    }

    /// <summary>u64 host address, u64 bus address, u32 handle, s16 status.</summary>
    public static long Unmap(in HypercallContext call, Span<byte> element)
    {
        ulong bus = BinaryPrimitives.ReadUInt64LittleEndian(element[8..]);
        GrantStatus status = Unmap(
            call, BinaryPrimitives.ReadUInt64LittleEndian(element), bus, 0, BinaryPrimitives.ReadUInt32LittleEndian(element[16..]));
        BinaryPrimitives.WriteInt16LittleEndian(element[20..], (short)status);
        return 0;
    }

    /// <summary>u64 host address, u64 address to take an entry from, u32 handle, s16 status.</summary>
    public static long UnmapAndReplace(in HypercallContext call, Span<byte> element)
    {
        ulong donor = BinaryPrimitives.ReadUInt64LittleEndian(element[8..]);
        GrantStatus status = Unmap(
            call, BinaryPrimitives.ReadUInt64LittleEndian(element), 0, donor, BinaryPrimitives.ReadUInt32LittleEndian(element[16..]));
        BinaryPrimitives.WriteInt16LittleEndian(element[20..], (short)status);
        return 0;
    }

    private static GrantStatus Map(
        in HypercallContext call, ulong address, uint flags, uint reference, DomainReference remote, out uint handle, out MachineFrame frame)
    {
        Domain domain = call.Domain;
        handle = 0;
        frame = MachineFrame.Invalid;
        if ((flags & (GrantMapFlags.Host | GrantMapFlags.Device)) == 0)
            return GrantStatus.BadReference;
        if (remote == DomainReference.None)
            return GrantStatus.BadDomain;
        if (!domain.GrantMappings.TryTake(out handle))
            return GrantStatus.NoSpace;
        GrantStatus status = remote == DomainReference.Control
            ? RefusalOfEmptyTable(reference)
            : domain.Grants.BeginMapping(reference, domain.Id, flags, out frame);
        if (status == GrantStatus.Okay && (flags & GrantMapFlags.Host) != 0 && !TryEnter(call, address, flags, frame))
        {
            domain.Grants.EndMapping(reference, flags);
            status = GrantStatus.GeneralError;
        }

        if (status == GrantStatus.Okay)
            domain.GrantMappings.Set(handle, reference, flags);
        else
            domain.GrantMappings.Return(handle);
        return status;
    }

    private static GrantStatus RefusalOfEmptyTable(uint reference) =>
        reference < GrantTable.EmptyTableEntries ? GrantStatus.GeneralError : GrantStatus.BadReference;

    private static GrantStatus Unmap(in HypercallContext call, ulong address, ulong bus, ulong donor, uint handle)
    {
        Domain domain = call.Domain;
        if (domain.GrantMappings.Find(handle) is not { } mapping)
            return GrantStatus.BadHandle;
        MachineFrame frame = domain.Grants.FrameInUse(mapping.Reference);
        uint flags = mapping.Flags;
        if (bus != 0 && (flags & GrantMapFlags.Device) != 0 && bus != frame.Address.Value)
            return GrantStatus.BadDeviceAddress;
        uint done = 0;
        if (address != 0 && (flags & GrantMapFlags.Host) != 0)
        {
            if (!TryLeave(call, address, flags, frame, donor))
                return GrantStatus.GeneralError;
            done |= GrantMapFlags.Host;
        }

        if (bus != 0 && (flags & GrantMapFlags.Device) != 0)
            done |= GrantMapFlags.Device;
        mapping.Flags = flags & ~done;
        if ((mapping.Flags & (GrantMapFlags.Host | GrantMapFlags.Device)) == 0)
            domain.GrantMappings.Return(handle);
        if (done == 0)
            return GrantStatus.Okay;
        domain.FlushTlb();
        domain.Grants.EndMapping(mapping.Reference, done | (flags & GrantMapFlags.ReadOnly));
        return GrantStatus.Okay;
    }

    /// <summary>Writes the entry of a mapping: into the slot that maps an address, or into the slot at a machine address.</summary>
    private static bool TryEnter(in HypercallContext call, ulong address, uint flags, MachineFrame frame)
    {
        ulong entry = frame.Address.Value | PageTableEntry.Present | PageTableEntry.Accessed | PageTableEntry.Dirty | PageTableEntry.NoExecute
            | ((flags & GrantMapFlags.ReadOnly) == 0 ? PageTableEntry.Writable : 0)
            | ((flags & GrantMapFlags.Application) != 0 ? PageTableEntry.User : 0)
            | ((ulong)((flags >> GrantMapFlags.AvailableShift) & 7) << 9);
        return TryFindSlot(call, address, flags, out MachineAddress slot) && call.Domain.PageTypes.TryMapGranted(slot, entry, call.Domain);
    }

    private static bool TryLeave(in HypercallContext call, ulong address, uint flags, MachineFrame frame, ulong donor)
    {
        Domain domain = call.Domain;
        ulong replacement = 0;
        if (donor != 0
            && ((flags & GrantMapFlags.ContainsEntry) != 0
                || !GuestPageTables.TryFindL1Slot(call.Vcpu, donor, out MachineAddress source)
                || !domain.PageTypes.TryTakeOut(source, domain, out replacement)))
        {
            return false;
        }

        bool writable = (flags & GrantMapFlags.ReadOnly) == 0;
        if (TryFindSlot(call, address, flags, out MachineAddress slot) && domain.PageTypes.TryUnmapGranted(slot, frame, writable, replacement, domain))
            return true;
        domain.PageTypes.DropTakenOut(replacement);
        return false;
    }

    private static bool TryFindSlot(in HypercallContext call, ulong address, uint flags, out MachineAddress slot)
    {
        if ((flags & GrantMapFlags.ContainsEntry) == 0)
            return GuestPageTables.TryFindL1Slot(call.Vcpu, address, out slot);
        slot = new MachineAddress(address);
        return (address & 7) == 0;
    }
}
