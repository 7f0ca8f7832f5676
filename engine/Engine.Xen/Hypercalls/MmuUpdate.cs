using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>mmu_update(requests, count, done, domain): checked writes to page tables, and to the machine-to-physical table.</summary>
internal sealed class MmuUpdate : IHypercall
{
    private const int RequestSize = 16;
    private const ulong KindMask = 7;

    private static readonly XenRelease PreserveSince = new(3, 3);

    public int Number => HypercallNumber.MmuUpdate;

    public string Name => "mmu_update";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    /// <summary>The lower half of the domain argument names the owner of the frames that entries lead to, the upper half, less 1, that of the tables.</summary>
    public long Execute(in HypercallContext call)
    {
        ushort tables = (ushort)(call.Arg3 >> 16);
        DomainReference tableOwner = tables == 0 ? DomainReference.Self : call.Domain.NamedByNumber((ushort)(tables - 1));
        MemoryOwner owner = OperationList.OwnerOf((ushort)call.Arg3);
        if (!VirtualLayout.IsGuestRange(call.Arg0, 1))
            return -Errno.EFAULT;
        if (tableOwner == DomainReference.None || owner == MemoryOwner.None)
            return -Errno.ESRCH;
        if (tableOwner == DomainReference.Control || owner == MemoryOwner.Others)
            return OperationList.Run(call, RequestSize, Refuse);
        return owner == MemoryOwner.Devices ? OperationList.Run(call, RequestSize, ApplyToDevices) : OperationList.Run(call, RequestSize, Apply);
    }

    private static long Refuse(in HypercallContext call, ReadOnlySpan<byte> request) =>
        (OperationList.Word(request, 0) & KindMask) > (ulong)MmuUpdateKind.NoTranslate ? -Errno.ENOSYS : -Errno.EPERM;

    /// <summary>Entries of level 1 for device memory, of which the domain owns none: only removing them is left.</summary>
    private static long ApplyToDevices(in HypercallContext call, ReadOnlySpan<byte> request)
    {
        var slot = new MachineAddress(OperationList.Word(request, 0) & ~KindMask);
        Domain domain = call.Domain;
        bool isTable = domain.Machine.Contains(slot.Frame) && domain.Machine[slot.Frame] is { TypeReferences: > 0 } page && page.Owner == domain;
        return (MmuUpdateKind)(OperationList.Word(request, 0) & KindMask) switch
        {
            > MmuUpdateKind.NoTranslate => -Errno.ENOSYS,
            MmuUpdateKind.MachineToPhysical => -Errno.EINVAL,
            _ when isTable && domain.Machine[slot.Frame].Type is Machine.PageType.L2 or Machine.PageType.L3 or Machine.PageType.L4 => -Errno.EINVAL,
            _ when isTable && domain.Machine[slot.Frame].Type == Machine.PageType.L1 && Machine.PageEntryRules.IsPresent(OperationList.Word(request, 8)) =>
                -Errno.EPERM,
            _ => Apply(call, request),
        };
    }

    private static long Apply(in HypercallContext call, ReadOnlySpan<byte> request)
    {
        Domain domain = call.Domain;
        ulong pointer = OperationList.Word(request, 0);
        ulong value = OperationList.Word(request, 8);
        var address = new MachineAddress(pointer & ~KindMask);
        switch ((MmuUpdateKind)(pointer & KindMask))
        {
            case MmuUpdateKind.Normal or MmuUpdateKind.NoTranslate:
                return domain.PageTypes.Update(address, value, domain, preserveAccessedDirty: false);
            case MmuUpdateKind.PreserveAccessedDirty when domain.Interfaces.Offers(PreserveSince):
                return domain.PageTypes.Update(address, value, domain, preserveAccessedDirty: true);
            case MmuUpdateKind.MachineToPhysical:
                if (!domain.PageTypes.TryReference(address.Frame, domain))
                    return -Errno.EINVAL;
                domain.Machine.MachineToPhysical[address.Frame] = value;
                domain.PageTypes.DropReference(address.Frame);
                return 0;
            default:
                return -Errno.ENOSYS;
        }
    }
}
