using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>The NMI callback: entry 2 of the trap table, for virtual processor 0 only.</summary>
internal static class NmiCallback
{
    public static long Register(Vcpu vcpu, ulong address)
    {
        if (vcpu.Id != 0 || !new VirtualAddress(address).IsCanonical)
            return -Errno.EINVAL;
        vcpu.TrapTable[ExceptionVector.Nmi] = new TrapGate(address, TrapInfoLayout.MaskEvents, Selectors.Code64);
        return 0;
    }

    public static long Unregister(Vcpu vcpu)
    {
        vcpu.TrapTable[ExceptionVector.Nmi] = default;
        return 0;
    }
}
