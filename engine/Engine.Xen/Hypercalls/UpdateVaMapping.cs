using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>update_va_mapping(va, entry, flags): a checked write of the L1 entry that maps an address in the present kernel root.</summary>
internal sealed class UpdateVaMapping : IHypercall
{
    public int Number => HypercallNumber.UpdateVaMapping;

    public string Name => "update_va_mapping";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        Vcpu vcpu = call.Vcpu;
        if (!GuestPageTables.TryFindL1Slot(vcpu, call.Arg0, out MachineAddress slot))
            return -Errno.EINVAL;
        long result = call.Domain.PageTypes.UpdateL1(slot, call.Arg1, call.Domain);
        return result < 0 ? result : Flush(call);
    }

    /// <summary>The flush that the flags ask for; where they name some processors, all are flushed.</summary>
    private static long Flush(in HypercallContext call)
    {
        ulong scope = call.Arg2 & ~UpdateVaMappingFlags.FlushTypeMask;
        ulong type = call.Arg2 & UpdateVaMappingFlags.FlushTypeMask;
        if (type is not (UpdateVaMappingFlags.TlbFlush or UpdateVaMappingFlags.Invlpg))
            return 0;
        if (scope is not (0 or UpdateVaMappingFlags.All) && !call.Guest.TryRead(scope, stackalloc byte[1]))
            return -Errno.EFAULT;
        foreach (Vcpu vcpu in call.Domain.Vcpus)
        {
            if (scope == 0 && vcpu != call.Vcpu)
                continue;
            if (type == UpdateVaMappingFlags.TlbFlush)
                vcpu.Cpu.FlushTlb();
            else
                vcpu.Cpu.FlushPage(new VirtualAddress(call.Arg0));
        }

        return 0;
    }
}
