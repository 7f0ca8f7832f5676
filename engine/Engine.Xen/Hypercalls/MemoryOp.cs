using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>memory_op(cmd, arg): the domain's reservation and what is to be known about memory.</summary>
internal sealed class MemoryOp : IHypercall
{
    private const int MapEntrySize = 20;
    private const uint Ram = 1;
    private const ulong CommandMask = 0x3f;
    private const ulong TableEntries = 1UL << 35;

    private static readonly XenRelease MapsSince = new(3, 0, 3);

    public int Number => HypercallNumber.MemoryOp;

    public string Name => "memory_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        Domain domain = call.Domain;
        var command = (MemoryCommand)(call.Arg0 & CommandMask);
        if (command is MemoryCommand.MemoryMap or MemoryCommand.MachphysMapping or MemoryCommand.Exchange && !domain.Interfaces.Offers(MapsSince))
            return -Errno.ENOSYS;
        if (command is MemoryCommand.IncreaseReservation or MemoryCommand.DecreaseReservation or MemoryCommand.PopulatePhysmap)
            return Reservations.Change(call, command);

        // The bits above the command belong to calls that go on, which these do not.
        if (call.Arg0 > CommandMask)
            return -Errno.EINVAL;
        switch (command)
        {
            case MemoryCommand.MaximumRamPage:
                return (long)domain.Machine.FrameCount;
            case MemoryCommand.CurrentReservation:
                return OwnDomain(call, (long)domain.Pages);
            case MemoryCommand.MaximumReservation:
                return OwnDomain(call, (long)Limit(domain));
            case MemoryCommand.MaximumGpfn:
                return OwnDomain(call, (long)HighestFrame(domain));
            case MemoryCommand.MemoryMap:
                return MemoryMap(call);
            case MemoryCommand.MachphysMapping:
                return MachphysMapping(call);
            case MemoryCommand.MachphysMfnList:
                return MachphysFrames(call);
            case MemoryCommand.Exchange:
                return MemoryExchange.Run(call);
            case MemoryCommand.AddToPhysmap:
                return Translated(call, 16);
            case MemoryCommand.RemoveFromPhysmap:
                return Translated(call, 16);
            case MemoryCommand.MachineMemoryMap:
                return -Errno.EPERM;
            default:
                return SubCalls.Unknown(call, Name, call.Arg0);
        }
    }

    /// <summary>What only guests have whose memory Xen translates.</summary>
    private static long Translated(in HypercallContext call, int size)
    {
        Span<byte> argument = stackalloc byte[size];
        if (!call.Guest.TryRead(call.Arg1, argument))
            return -Errno.EFAULT;
        long refusal = call.Domain.Named(BinaryPrimitives.ReadUInt16LittleEndian(argument)).Refusal();
        return refusal < 0 ? refusal : -Errno.EACCES;
    }

    /// <summary>As the guest says in shared_info, where it counts frames.</summary>
    private static ulong HighestFrame(Domain domain)
    {
        ulong frames = domain.Memory.Read64(domain.SharedInfoFrame.Address + SharedInfoLayout.MaxPfn);
        return frames == 0 ? 0 : frames - 1;
    }

    /// <summary>u32 room, u64 list, u32 frames out: the frames of the frame table, one for each 2 MiB of it.</summary>
    private static long MachphysFrames(in HypercallContext call)
    {
        Span<byte> argument = stackalloc byte[24];
        if (!call.Guest.TryRead(call.Arg1, argument))
            return -Errno.EFAULT;
        uint room = BinaryPrimitives.ReadUInt32LittleEndian(argument);
        ulong list = BinaryPrimitives.ReadUInt64LittleEndian(argument[8..]);
        uint given = 0;
        foreach (MachineFrame frame in call.Domain.Machine.MachineToPhysical.Chunks.Take((int)Math.Min(room, int.MaxValue)))
        {
            if (!call.Guest.TryWrite64(list + (given * sizeof(ulong)), frame.Number))
                return -Errno.EFAULT;
            given++;
        }

        return call.Guest.TryWrite32(call.Arg1 + 16, given) ? 0 : -Errno.EFAULT;
    }

    private static ulong Limit(Domain domain) => domain.MaximumPages != 0 ? domain.MaximumPages : domain.Pages;

    private static long OwnDomain(in HypercallContext call, long pages)
    {
        if (!call.Guest.TryRead16(call.Arg1, out ushort id))
            return -Errno.EFAULT;
        return id == DomainId.Self || id == call.Domain.Id ? pages : -Errno.ESRCH;
    }

    /// <summary>One entry of RAM; the buffer takes 20 bytes per entry.</summary>
    private static long MemoryMap(in HypercallContext call)
    {
        if (!call.Guest.TryRead32(call.Arg1, out uint room) || !call.Guest.TryRead64(call.Arg1 + 8, out ulong buffer))
            return -Errno.EFAULT;
        if (room == 0)
            return -Errno.EINVAL;
        Span<byte> entry = stackalloc byte[MapEntrySize];
        BinaryPrimitives.WriteUInt64LittleEndian(entry, 0);
        BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], Limit(call.Domain) << GuestMemory.FrameShift);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[16..], Ram);
        return call.Guest.TryWrite(buffer, entry) && call.Guest.TryWrite32(call.Arg1, 1) ? 0 : -Errno.EFAULT;
    }

    private static long MachphysMapping(in HypercallContext call)
    {
        Span<byte> mapping = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(mapping, VirtualLayout.MachineToPhysical);
        BinaryPrimitives.WriteUInt64LittleEndian(mapping[8..], VirtualLayout.MachineToPhysicalEnd);
        BinaryPrimitives.WriteUInt64LittleEndian(mapping[16..], TableEntries - 1);
        return call.Guest.TryWrite(call.Arg1, mapping) ? 0 : -Errno.EFAULT;
    }
}
