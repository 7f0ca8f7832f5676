using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>XENMEM_exchange: pages that nothing refers to are given back for as many others, in extents of another size.</summary>
internal static class MemoryExchange
{
    private const int ArgumentSize = 72;
    private const int ReservationSize = 32;
    private const int ExchangedAt = 64;

    /// <summary>One half of the argument.</summary>
    private readonly record struct Side(ulong List, ulong Count, uint Order, ushort Domain)
    {
        public static Side Read(ReadOnlySpan<byte> bytes) => new(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[24..]));

        public bool Fits => Count <= ulong.MaxValue >> (int)Order;
    }

    public static long Run(in HypercallContext call)
    {
        Span<byte> argument = stackalloc byte[ArgumentSize];
        if (!call.Guest.TryRead(call.Arg1, argument))
            return -Errno.EFAULT;
        Side given = Side.Read(argument), wanted = Side.Read(argument[ReservationSize..]);
        ulong done = BinaryPrimitives.ReadUInt64LittleEndian(argument[ExchangedAt..]);
        long result = Check(call.Domain, given, wanted, done);
        if (result == 0 && done == given.Count)
            return 0;
        if (result == 0)
            result = Exchange(call, given, wanted, ref done);
        return call.Guest.TryWrite64(call.Arg1 + ExchangedAt, done) ? result : -Errno.EFAULT;
    }

    private static long Check(Domain domain, in Side given, in Side wanted, ulong done)
    {
        if (Math.Max(given.Order, wanted.Order) > Reservations.MaximumOrder)
            return -Errno.EPERM;
        if (done > given.Count || given.Domain != wanted.Domain || !given.Fits || !wanted.Fits
            || given.Count << (int)given.Order != wanted.Count << (int)wanted.Order)
        {
            return -Errno.EINVAL;
        }

        if (done == given.Count)
            return 0;
        if (!VirtualLayout.IsGuestRange(given.List, 8) || !VirtualLayout.IsGuestRange(wanted.List, 8))
            return -Errno.EFAULT;
        return domain.Named(given.Domain).Refusal();
    }

    /// <summary>Goes on in chunks of the larger of the two sizes: each is done as a whole or not at all.</summary>
    private static long Exchange(in HypercallContext call, in Side given, in Side wanted, ref ulong done)
    {
        int givenPerChunk = (int)Math.Max(0, (int)wanted.Order - (int)given.Order);
        int wantedPerChunk = (int)Math.Max(0, (int)given.Order - (int)wanted.Order);
        for (ulong chunk = done >> givenPerChunk; chunk < given.Count >> givenPerChunk; chunk++)
        {
            done = chunk << givenPerChunk;
            var stolen = new List<MachineFrame>();
            long result = Steal(call, given, done, 1UL << givenPerChunk, stolen);
            var fresh = new List<MachineFrame>();
            if (result == 0 && !TryAllocate(call.Domain, wanted, 1 << wantedPerChunk, fresh))
                result = -Errno.ENOMEM;
            if (result < 0)
            {
                foreach (MachineFrame frame in stolen)
                    call.Domain.Machine[frame].Allocated = true;
                foreach (MachineFrame first in fresh)
                    call.Domain.ReleaseExtent(first, (int)wanted.Order);
                return result;
            }

            foreach (MachineFrame frame in stolen)
                call.Domain.Depopulate(frame);
            result = Hand(call, wanted, chunk << wantedPerChunk, fresh);
            if (result < 0)
                return result;
        }

        done = given.Count;
        return 0;
    }

    private static long Steal(in HypercallContext call, in Side given, ulong start, ulong count, List<MachineFrame> stolen)
    {
        for (ulong i = start; i < start + count; i++)
        {
            if (!call.Guest.TryRead64(given.List + (i * sizeof(ulong)), out ulong number))
                return -Errno.EFAULT;
            for (ulong k = 0; k < 1UL << (int)given.Order; k++)
            {
                var frame = new MachineFrame(number + k);
                if (!call.Domain.Machine.Contains(frame)
                    || call.Domain.Machine[frame] is not { Use: FrameUse.Domain, Allocated: true, References: 1 } page
                    || page.Owner != call.Domain)
                {
                    return -Errno.EINVAL;
                }

                // A frame that is named twice is not there the second time.
                call.Domain.Machine[frame].Allocated = false;
                stolen.Add(frame);
            }
        }

        return 0;
    }

    private static bool TryAllocate(Domain domain, in Side wanted, int extents, List<MachineFrame> fresh)
    {
        for (int i = 0; i < extents; i++)
        {
            if (!domain.Machine.TryAllocateExtent(domain, (int)wanted.Order, out MachineFrame first))
                return false;
            domain.Adopt(1UL << (int)wanted.Order);
            fresh.Add(first);
        }

        return true;
    }

    private static long Hand(in HypercallContext call, in Side wanted, ulong start, List<MachineFrame> fresh)
    {
        long result = 0;
        for (int i = 0; i < fresh.Count; i++)
        {
            ulong slot = wanted.List + ((start + (ulong)i) * sizeof(ulong));
            if (!call.Guest.TryRead64(slot, out ulong number))
            {
                result = -Errno.EFAULT;
                continue;
            }

            for (ulong k = 0; k < 1UL << (int)wanted.Order; k++)
                call.Domain.Move(new MachineFrame(fresh[i].Number + k), number + k);
            if (!call.Guest.TryWrite64(slot, fresh[i].Number))
                result = -Errno.EFAULT;
        }

        return result;
    }
}
