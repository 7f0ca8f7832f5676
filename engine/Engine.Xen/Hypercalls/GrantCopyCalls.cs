using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Grants;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>GNTTABOP_copy, swap_grant_ref and cache_flush.</summary>
internal static class GrantCopyCalls
{
    private const int SideSize = 16;
    private const uint CacheOperations = 3;
    private const uint Invalidate = 2;

    /// <summary>One side of a copy: a grant of a domain, or a page of the caller's own.</summary>
    private readonly record struct Side(DomainReference Domain, ulong Number, int Offset, bool IsGrant, bool IsWritten)
    {
        public uint Reference => (uint)Number;
    }

    /// <summary>Two sides (u32 reference or u64 frame, u16 domain, u16 offset; 16 bytes each), u16 length, u16 flags, s16 status.</summary>
    public static long Copy(in HypercallContext call, Span<byte> element)
    {
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(element[34..]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(element[32..]);
        GrantStatus status = TryReadSide(call, element, (flags & GrantCopyFlags.SourceIsGrant) != 0, isWritten: false, out Side source);
        Side target = default;
        if (status == GrantStatus.Okay)
            status = TryReadSide(call, element[SideSize..], (flags & GrantCopyFlags.DestinationIsGrant) != 0, isWritten: true, out target);
        if (status == GrantStatus.Okay)
            status = Copy(call.Domain, source, target, length);
        BinaryPrimitives.WriteInt16LittleEndian(element[36..], (short)status);
        return 0;
    }

    /// <summary>u32 reference, u32 reference, s16 status.</summary>
    public static long Swap(in HypercallContext call, Span<byte> element)
    {
        GrantStatus status = call.Domain.Grants.Swap(
            BinaryPrimitives.ReadUInt32LittleEndian(element), BinaryPrimitives.ReadUInt32LittleEndian(element[4..]));
        BinaryPrimitives.WriteInt16LittleEndian(element[8..], (short)status);
        return 0;
    }

    /// <summary>u64 bus address, u16 offset, u16 length, u32 operation. Caches hide nothing here, so that checks are all there is to do.</summary>
    public static long FlushCache(in HypercallContext call, Span<byte> element)
    {
        uint offset = BinaryPrimitives.ReadUInt16LittleEndian(element[8..]);
        uint length = BinaryPrimitives.ReadUInt16LittleEndian(element[10..]);
        uint operation = BinaryPrimitives.ReadUInt32LittleEndian(element[12..]);
        if (offset >= GuestMemory.FrameSize || offset + length > GuestMemory.FrameSize || (operation & ~CacheOperations) != 0)
            return -Errno.EINVAL;
        if (length == 0 || operation == 0)
            return 0;
        MachineFrame frame = new MachineAddress(BinaryPrimitives.ReadUInt64LittleEndian(element)).Frame;
        if (!call.Domain.Machine.Contains(frame))
            return -Errno.EINVAL;
        if (call.Domain.Machine[frame].Owner != call.Domain)
            return -Errno.EPERM;

        // x86 has no way to drop lines without writing them back.
        return operation == Invalidate ? -Errno.EOPNOTSUPP : 0;
    }

    private static GrantStatus TryReadSide(in HypercallContext call, ReadOnlySpan<byte> bytes, bool isGrant, bool isWritten, out Side side)
    {
        ushort id = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        side = new Side(
            call.Domain.Named(id), BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]), isGrant, isWritten);
        if (id != DomainId.Self && !isGrant)
            return GrantStatus.PermissionDenied;
        return side.Domain == DomainReference.None ? GrantStatus.BadDomain : GrantStatus.Okay;
    }

    private static GrantStatus Copy(Domain domain, in Side source, in Side target, int length)
    {
        GrantStatus status = Claim(domain, source, out GrantedRange from);
        if (status != GrantStatus.Okay)
            return status;
        status = Claim(domain, target, out GrantedRange to);
        if (status == GrantStatus.Okay)
        {
            if (source.Offset + length > GuestMemory.FrameSize || target.Offset + length > GuestMemory.FrameSize)
                status = GrantStatus.BadCopyArgument;
            else if (!from.Contains(source.Offset, length) || !to.Contains(target.Offset, length))
                status = GrantStatus.GeneralError;
            else
                domain.Memory.Span(from.Frame).Slice(source.Offset, length).CopyTo(domain.Memory.WritableSpan(to.Frame, target.Offset, length));
            GiveBack(domain, target, to);
        }

        GiveBack(domain, source, from);
        return status;
    }

    private static GrantStatus Claim(Domain domain, in Side side, out GrantedRange range)
    {
        range = default;
        if (side.IsGrant)
        {
            if (side.Domain == DomainReference.Self)
                return domain.Grants.BeginCopy(side.Reference, domain.Id, !side.IsWritten, out range);
            return side.Reference < GrantTable.EmptyTableEntries ? GrantStatus.GeneralError : GrantStatus.BadReference;
        }

        var frame = new MachineFrame(side.Number);
        if (!domain.PageTypes.TryReference(frame, domain))
            return GrantStatus.BadPage;
        range = GrantedRange.Whole(frame);
        if (!side.IsWritten || domain.PageTypes.TakeType(frame, domain, PageType.Writable) == 0)
            return GrantStatus.Okay;
        domain.PageTypes.DropReference(frame);
        return GrantStatus.GeneralError;
    }

    private static void GiveBack(Domain domain, in Side side, in GrantedRange range)
    {
        if (side.IsGrant)
        {
            domain.Grants.EndCopy(side.Reference, !side.IsWritten);
            return;
        }

        if (side.IsWritten)
            domain.PageTypes.DropType(range.Frame);
        domain.PageTypes.DropReference(range.Frame);
    }
}
