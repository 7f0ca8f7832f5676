using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Grants;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>The commands of grant_table_op that are about the table itself.</summary>
internal static class GrantSetupCalls
{
    private const int SetupSize = 24;
    private const int StatusFramesSize = 16;
    private const int QuerySize = 16;

    /// <summary>u16 domain, u32 frames, s16 status, u64 list of frame numbers to fill.</summary>
    public static long SetUp(in HypercallContext call)
    {
        if (call.Arg2 != 1)
            return -Errno.EINVAL;
        Span<byte> bytes = stackalloc byte[SetupSize];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        uint frames = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        ulong list = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        if (!VirtualLayout.IsGuestRange(list, 1))
            return -Errno.EFAULT;
        GrantTable grants = call.Domain.Grants;
        GrantStatus status = Permission(call.Domain.Named(BinaryPrimitives.ReadUInt16LittleEndian(bytes)));
        if (status == GrantStatus.Okay && !grants.TryGrow(frames))
            status = GrantStatus.GeneralError;
        for (int i = 0; status is GrantStatus.Okay or GrantStatus.BadVirtualAddress && i < frames; i++)
        {
            if (!call.Guest.TryWrite64(list + ((ulong)i * sizeof(ulong)), grants[i].Number))
                status = GrantStatus.BadVirtualAddress;
        }

        return WriteStatus(call, 8, status);
    }

    /// <summary>u16 domain, u32 frames, u32 most frames, s16 status.</summary>
    public static long Query(in HypercallContext call)
    {
        if (call.Arg2 != 1)
            return -Errno.EINVAL;
        Span<byte> bytes = stackalloc byte[QuerySize];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        GrantStatus status = Permission(call.Domain.Named(BinaryPrimitives.ReadUInt16LittleEndian(bytes)));
        if (status == GrantStatus.Okay)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], (uint)call.Domain.Grants.FrameCount);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], GrantTable.MaximumFrames);
        }

        BinaryPrimitives.WriteInt16LittleEndian(bytes[12..], (short)status);
        return call.Guest.TryWrite(call.Arg1, bytes) ? 0 : -Errno.EFAULT;
    }

    /// <summary>u32 version: the one in force goes back in every case.</summary>
    public static long SetVersion(in HypercallContext call)
    {
        if (!call.Guest.TryRead32(call.Arg1, out uint version))
            return -Errno.EFAULT;
        GrantTable grants = call.Domain.Grants;
        long result = version is 1 or 2 ? grants.SetVersion((int)version) : -Errno.EINVAL;
        return call.Guest.TryWrite32(call.Arg1, (uint)grants.Version) ? result : -Errno.EFAULT;
    }

    /// <summary>u32 frames, u16 domain, s16 status, u64 list of frame numbers to fill.</summary>
    public static long GetStatusFrames(in HypercallContext call)
    {
        if (call.Arg2 != 1)
            return -Errno.EINVAL;
        Span<byte> bytes = stackalloc byte[StatusFramesSize];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        uint frames = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        ulong list = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (!VirtualLayout.IsGuestRange(list, 1))
            return -Errno.EFAULT;
        GrantTable grants = call.Domain.Grants;
        GrantStatus status = Permission(call.Domain.Named(BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..])));
        if (status == GrantStatus.Okay && frames > grants.StatusFrameCount)
            status = GrantStatus.GeneralError;
        for (int i = 0; status is GrantStatus.Okay or GrantStatus.BadVirtualAddress && i < frames; i++)
        {
            if (!call.Guest.TryWrite64(list + ((ulong)i * sizeof(ulong)), grants.StatusFrame(i).Number))
                status = GrantStatus.BadVirtualAddress;
        }

        return WriteStatus(call, 6, status);
    }

    /// <summary>u16 domain, u32 version.</summary>
    public static long GetVersion(in HypercallContext call)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        long refusal = call.Domain.Named(BinaryPrimitives.ReadUInt16LittleEndian(bytes)).Refusal();
        if (refusal < 0)
            return refusal;
        return call.Guest.TryWrite32(call.Arg1 + 4, (uint)call.Domain.Grants.Version) ? 0 : -Errno.EFAULT;
    }

    private static GrantStatus Permission(DomainReference domain) => domain switch
    {
        DomainReference.Self => GrantStatus.Okay,
        DomainReference.Control => GrantStatus.PermissionDenied,
        _ => GrantStatus.BadDomain,
    };

    private static long WriteStatus(in HypercallContext call, ulong offset, GrantStatus status)
    {
        Span<byte> bytes = stackalloc byte[sizeof(short)];
        BinaryPrimitives.WriteInt16LittleEndian(bytes, (short)status);
        return call.Guest.TryWrite(call.Arg1 + offset, bytes) ? 0 : -Errno.EFAULT;
    }
}
