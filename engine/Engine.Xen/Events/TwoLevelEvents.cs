using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Events;

/// <summary>
/// The two-level ABI: 4096 ports, a pending and a mask bit each in shared_info, a selector word and an upcall flag in every vcpu_info.
/// </summary>
internal sealed class TwoLevelEvents(Domain domain) : IEventDelivery
{
    private const int WordBits = 64;

    public int Ports => EventChannelLimits.Ports;

    public void Open(int port)
    {
    }

    public bool SetPending(int port, Vcpu vcpu)
    {
        if (!Change(SharedInfoLayout.EventPending, port, true))
            return false;
        if (!IsMasked(port))
            Notify(port, vcpu);
        return true;
    }

    public void ClearPending(int port) => Change(SharedInfoLayout.EventPending, port, false);

    public void Unmask(int port, Vcpu vcpu)
    {
        if (Change(SharedInfoLayout.EventMask, port, false) && IsPending(port))
            Notify(port, vcpu);
    }

    public bool IsPending(int port) => Read(SharedInfoLayout.EventPending, port);

    public bool IsMasked(int port) => Read(SharedInfoLayout.EventMask, port);

    public bool IsBusy(int port) => false;

    public long SetPriority(int port, uint priority) => -Errno.ENOSYS;

    private static void Notify(int port, Vcpu vcpu)
    {
        ulong bit = 1UL << (port / WordBits);
        ulong selector = vcpu.Info.PendingSelector;
        if ((selector & bit) != 0)
            return;
        vcpu.Info.PendingSelector = selector | bit;
        EventChannels.MarkPending(vcpu);
    }

    private MachineAddress WordOf(int bitmap, int port) => domain.SharedInfoFrame.Address + (ulong)(bitmap + (port / WordBits * sizeof(ulong)));

    private bool Read(int bitmap, int port) => (domain.Memory.Read64(WordOf(bitmap, port)) & (1UL << (port % WordBits))) != 0;

    /// <summary>Sets or clears a bit; true if that changed it.</summary>
    private bool Change(int bitmap, int port, bool value)
    {
        MachineAddress address = WordOf(bitmap, port);
        ulong word = domain.Memory.Read64(address);
        ulong bit = 1UL << (port % WordBits);
        if (((word & bit) != 0) == value)
            return false;
        domain.Memory.Write64(address, word ^ bit);
        return true;
    }
}
