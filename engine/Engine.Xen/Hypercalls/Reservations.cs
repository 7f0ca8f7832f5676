using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>memory_op's increase, decrease and populate: page by page, up to the first that fails.</summary>
internal static class Reservations
{
    private const int ReservationSize = 32;
    private const int Extents = 8;
    private const int Order = 16;
    private const int Target = 24;

    /// <summary>Returns the number of extents done, or an error if the request itself is wrong.</summary>
    public static long Change(in HypercallContext call, MemoryCommand command)
    {
        Span<byte> reservation = stackalloc byte[ReservationSize];
        if (!call.Guest.TryRead(call.Arg1, reservation))
            return -Errno.EFAULT;
        ulong list = BinaryPrimitives.ReadUInt64LittleEndian(reservation);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(reservation[Extents..]);
        uint order = BinaryPrimitives.ReadUInt32LittleEndian(reservation[Order..]);
        ushort target = BinaryPrimitives.ReadUInt16LittleEndian(reservation[Target..]);
        if (target != DomainId.Self && target != call.Domain.Id)
            return -Errno.ESRCH;
        if (order != 0)
            return 0;
        ulong done = 0;
        while (done < count && One(call, command, list == 0 ? 0 : list + (done * sizeof(ulong))))
            done++;
        return (long)done;
    }

    private static bool One(in HypercallContext call, MemoryCommand command, ulong slot)
    {
        Domain domain = call.Domain;
        ulong number = 0;
        bool needsNumber = command != MemoryCommand.IncreaseReservation;
        if (needsNumber && (slot == 0 || !call.Guest.TryRead64(slot, out number)))
            return false;
        if (command == MemoryCommand.DecreaseReservation)
            return Remove(domain, new MachineFrame(number));
        if (needsNumber && number > domain.Machine.FrameCount)
            return false;
        PseudoPhysicalFrame? place = needsNumber ? new PseudoPhysicalFrame(number) : null;
        if (!domain.TryPopulate(place, out MachineFrame frame))
            return false;
        return slot == 0 || call.Guest.TryWrite64(slot, frame.Number);
    }

    private static bool Remove(Domain domain, MachineFrame frame)
    {
        if (!domain.Machine.Contains(frame))
            return false;
        PageInfo page = domain.Machine[frame];
        if (page.Owner != domain || page.Use != FrameUse.Domain || !page.Allocated || page.Pinned)
            return false;
        domain.Depopulate(frame);
        return true;
    }
}
