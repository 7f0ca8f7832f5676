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

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "own memory only: no foreign domains, no linear page-table entries";

    public long Execute(in HypercallContext call) => OperationList.Run(call, RequestSize, Apply);

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
