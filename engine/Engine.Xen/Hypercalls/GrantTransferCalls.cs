using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>GNTTABOP_transfer: gives a page away to a domain that has offered to take one. The page is lost whether or not that works.</summary>
internal static class GrantTransferCalls
{
    /// <summary>u64 frame, u16 domain, u32 reference, s16 status.</summary>
    public static long Transfer(in HypercallContext call, Span<byte> element)
    {
        GrantStatus status = Transfer(
            call.Domain,
            new MachineFrame(BinaryPrimitives.ReadUInt64LittleEndian(element)),
            BinaryPrimitives.ReadUInt16LittleEndian(element[8..]),
            BinaryPrimitives.ReadUInt32LittleEndian(element[12..]));
        BinaryPrimitives.WriteInt16LittleEndian(element[16..], (short)status);
        return 0;
    }

    private static GrantStatus Transfer(Domain domain, MachineFrame frame, ushort target, uint reference)
    {
        if (!domain.Machine.Contains(frame))
            return GrantStatus.BadPage;
        PageInfo page = domain.Machine[frame];
        bool isFree = page.Owner == domain && page is { Use: FrameUse.Domain, Allocated: true, References: 1 };
        if (!isFree)
            return GrantStatus.BadPage;
        DomainReference taker = domain.NamedByNumber(target);
        if (taker != DomainReference.Self || !domain.Grants.TryCommitTransfer(reference, domain.Id))
        {
            domain.Depopulate(frame);
            return taker == DomainReference.None ? GrantStatus.BadDomain : GrantStatus.GeneralError;
        }

        // The domain is its own taker: the page stays, under the number that the entry had for it.
        domain.FlushTlb();
        domain.Move(frame, domain.Grants.CompleteTransfer(reference, frame));
        return GrantStatus.Okay;
    }
}
