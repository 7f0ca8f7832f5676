using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Grants;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>grant_table_op(cmd, array, count): the table of what the domain grants; using grants of others is for back ends.</summary>
internal sealed class GrantTableOp : IHypercall
{
    private const short StatusOk = 0;
    private const short StatusGeneralError = -1;
    private const short StatusBadDomain = -2;
    private const int SetupSize = 24;
    private const int QuerySize = 16;

    private static readonly XenRelease VersionsSince = new(4, 0, 0);

    public int Number => HypercallNumber.GrantTableOp;

    public string Name => "grant_table_op";

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "setup_table, query_size, set_version (1 only) and get_version; mapping, copying and transferring return -ENOSYS, for there is no other domain";

    public long Execute(in HypercallContext call)
    {
        var command = (GrantTableCommand)(uint)call.Arg0;
        if (command is GrantTableCommand.SetVersion or GrantTableCommand.GetVersion && !call.Domain.Interfaces.Offers(VersionsSince))
            return SubCalls.Unknown(call, Name, call.Arg0);
        switch (command)
        {
            case GrantTableCommand.SetupTable:
                return call.Arg2 == 1 ? SetUp(call) : -Errno.EINVAL;
            case GrantTableCommand.QuerySize:
                return call.Arg2 == 1 ? Query(call) : -Errno.EINVAL;
            case GrantTableCommand.SetVersion:
                return SetVersion(call);
            case GrantTableCommand.GetVersion:
                return GetVersion(call);
            default:
                return SubCalls.Unknown(call, Name, call.Arg0);
        }
    }

    private static bool IsSelf(in HypercallContext call, ushort domain) => domain == DomainId.Self || domain == call.Domain.Id;

    private static long SetUp(in HypercallContext call)
    {
        Span<byte> bytes = stackalloc byte[SetupSize];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        uint frames = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        GrantTable grants = call.Domain.Grants;
        short status = StatusOk;
        if (!IsSelf(call, BinaryPrimitives.ReadUInt16LittleEndian(bytes)))
            status = StatusBadDomain;
        else if (frames > GrantTable.MaximumFrames || !grants.TryGrow(frames))
            status = StatusGeneralError;
        if (status == StatusOk)
        {
            ulong list = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
            for (uint i = 0; i < frames; i++)
            {
                if (!call.Guest.TryWrite64(list + (i * sizeof(ulong)), grants[(int)i].Number))
                    return -Errno.EFAULT;
            }
        }

        BinaryPrimitives.WriteInt16LittleEndian(bytes[8..], status);
        return call.Guest.TryWrite(call.Arg1, bytes) ? 0 : -Errno.EFAULT;
    }

    private static long Query(in HypercallContext call)
    {
        Span<byte> bytes = stackalloc byte[QuerySize];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        if (IsSelf(call, BinaryPrimitives.ReadUInt16LittleEndian(bytes)))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], (uint)call.Domain.Grants.FrameCount);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], GrantTable.MaximumFrames);
            BinaryPrimitives.WriteInt16LittleEndian(bytes[12..], StatusOk);
        }
        else
        {
            BinaryPrimitives.WriteInt16LittleEndian(bytes[12..], StatusBadDomain);
        }

        return call.Guest.TryWrite(call.Arg1, bytes) ? 0 : -Errno.EFAULT;
    }

    private static long SetVersion(in HypercallContext call)
    {
        if (!call.Guest.TryRead32(call.Arg1, out uint version))
            return -Errno.EFAULT;
        long result = version switch { 1 => 0, 2 => -Errno.ENOSYS, _ => -Errno.EINVAL };
        // The version in force goes back in every case.
        return call.Guest.TryWrite32(call.Arg1, 1) ? result : -Errno.EFAULT;
    }

    private static long GetVersion(in HypercallContext call)
    {
        if (!call.Guest.TryRead16(call.Arg1, out ushort domain))
            return -Errno.EFAULT;
        if (!IsSelf(call, domain))
            return -Errno.ESRCH;
        return call.Guest.TryWrite32(call.Arg1 + 4, 1) ? 0 : -Errno.EFAULT;
    }
}
