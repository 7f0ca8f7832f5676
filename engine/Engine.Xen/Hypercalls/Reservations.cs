using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>memory_op's increase, decrease and populate: extent by extent, up to the first that fails. They never fail as a whole.</summary>
internal static class Reservations
{
    /// <summary>Largest extents a domU may ask for.</summary>
    public const uint MaximumOrder = 9;

    private const int ReservationSize = 32;
    private const int Extents = 8;
    private const int Order = 16;
    private const int Target = 24;

    /// <summary>Where the command's number of extents done begins, in a call that goes on.</summary>
    private const int DoneShift = 6;

    /// <summary>Extents handled before the guest has a chance to be interrupted.</summary>
    private const ulong Stretch = 1024;

    /// <summary>Returns the number of extents done.</summary>
    public static long Change(in HypercallContext call, MemoryCommand command)
    {
        ulong start = call.Arg0 >> DoneShift;
        Span<byte> reservation = stackalloc byte[ReservationSize];
        if (!call.Guest.TryRead(call.Arg1, reservation))
            return (long)start;
        ulong list = BinaryPrimitives.ReadUInt64LittleEndian(reservation);
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(reservation[Extents..]);
        uint order = BinaryPrimitives.ReadUInt32LittleEndian(reservation[Order..]);
        DomainReference target = call.Domain.Named(BinaryPrimitives.ReadUInt16LittleEndian(reservation[Target..]));
        bool listed = command != MemoryCommand.IncreaseReservation || list != 0;
        if (count > uint.MaxValue >> DoneShift || start >= count || order > MaximumOrder || target != DomainReference.Self
            || (listed && !VirtualLayout.IsGuestRange(list, count * sizeof(ulong))))
        {
            return (long)start;
        }

        for (ulong done = start; done < count; done++)
        {
            if (done - start == Stretch)
                return Continuation.Create(call, (ulong)command | (done << DoneShift), call.Arg1);
            if (!One(call, command, list == 0 ? 0 : list + (done * sizeof(ulong)), (int)order))
                return (long)done;
        }

        return (long)count;
    }

    private static bool One(in HypercallContext call, MemoryCommand command, ulong slot, int order)
    {
        Domain domain = call.Domain;
        ulong number = 0;
        if (command != MemoryCommand.IncreaseReservation && !call.Guest.TryRead64(slot, out number))
            return false;
        if (command == MemoryCommand.DecreaseReservation)
            return Remove(domain, number, 1UL << order);
        if (!domain.TryPopulateExtent(order, out MachineFrame first))
            return false;
        if (command == MemoryCommand.PopulatePhysmap)
        {
            for (ulong i = 0; i < 1UL << order; i++)
                domain.Move(new MachineFrame(first.Number + i), number + i);
        }

        // A guest that cannot be told has the memory nevertheless.
        return slot == 0 || call.Guest.TryWrite64(slot, first.Number);
    }

    private static bool Remove(Domain domain, ulong first, ulong count)
    {
        for (ulong i = 0; i < count; i++)
        {
            var frame = new MachineFrame(first + i);
            if (!domain.PageTypes.TryReference(frame, domain))
                return false;
            // What is still in use goes when its last user does, and so does what was given back before.
            if (domain.Machine[frame] is { Use: FrameUse.Domain, Allocated: true })
                domain.Depopulate(frame);
            domain.PageTypes.DropReference(frame);
        }

        return true;
    }
}
