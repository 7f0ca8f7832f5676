using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Events;

/// <summary>
/// The event channels of one domain under the two-level ABI: 4096 ports, a pending and a mask bit each in shared_info, a
/// selector word and an upcall flag in every vcpu_info. Methods that stand for a command return 0, a port or a negated error.
/// </summary>
public sealed class EventChannels(Domain domain)
{
    private const int WordBits = 64;

    private readonly EventChannel[] _channels = new EventChannel[EventChannelLimits.Ports];

    /// <summary>Opens a port that <paramref name="remote"/> may bind to.</summary>
    public long AllocateUnbound(ushort remote)
    {
        int port = FreePort();
        if (port < 0)
            return -Errno.ENOSPC;
        _channels[port] = new EventChannel { State = ChannelState.Unbound, RemoteDomain = remote == DomainId.Self ? domain.Id : remote };
        return port;
    }

    /// <summary>Puts a back end of the engine at the other end of an unbound port.</summary>
    /// <param name="port">An unbound port.</param>
    /// <param name="onSend">Called when the guest sends to the port.</param>
    /// <exception cref="InvalidOperationException">The port is not unbound.</exception>
    public void ConnectBackEnd(int port, Action onSend)
    {
        ref EventChannel channel = ref _channels[port];
        if (channel.State != ChannelState.Unbound)
            throw new InvalidOperationException($"Port {port} is {channel.State}, not waiting for a back end.");
        channel.State = ChannelState.Interdomain;
        channel.BackEnd = onSend;
    }

    /// <summary>Binds a new port to an unbound one; only within the domain, for there is no other with ports.</summary>
    public long BindInterdomain(ushort remoteDomain, uint remotePort)
    {
        if (remoteDomain != DomainId.Self && remoteDomain != domain.Id)
            return -Errno.ESRCH;
        if (!IsValid(remotePort) || _channels[remotePort] is not { State: ChannelState.Unbound } remote || remote.RemoteDomain != domain.Id)
            return -Errno.EINVAL;
        int port = FreePort();
        if (port < 0)
            return -Errno.ENOSPC;
        _channels[port] = new EventChannel { State = ChannelState.Interdomain, RemoteDomain = domain.Id, RemotePort = (int)remotePort };
        _channels[remotePort] = remote with { State = ChannelState.Interdomain, RemotePort = port };
        // An event may have been sent to the port while nobody was bound: the new end looks for itself.
        SetPending(port);
        return port;
    }

    public long BindVirq(uint virq, uint vcpu)
    {
        if (virq >= EventChannelLimits.VirtualIrqs || (IsGlobal((int)virq) && vcpu != 0))
            return -Errno.EINVAL;
        if (vcpu >= (uint)domain.Vcpus.Count)
            return -Errno.ENOENT;
        if (PortOfVirq((int)vcpu, (int)virq) != 0)
            return -Errno.EEXIST;
        int port = FreePort();
        if (port < 0)
            return -Errno.ENOSPC;
        _channels[port] = new EventChannel { State = ChannelState.VirtualIrq, Virq = (int)virq, Vcpu = (int)vcpu };
        return port;
    }

    public long BindIpi(uint vcpu)
    {
        if (vcpu >= (uint)domain.Vcpus.Count)
            return -Errno.ENOENT;
        int port = FreePort();
        if (port < 0)
            return -Errno.ENOSPC;
        _channels[port] = new EventChannel { State = ChannelState.Ipi, Vcpu = (int)vcpu };
        return port;
    }

    public long Close(uint port)
    {
        if (!IsValid(port) || _channels[port].State == ChannelState.Closed)
            return -Errno.EINVAL;
        CloseOpen((int)port);
        return 0;
    }

    /// <summary>Notifies the other end. Nobody there is no error.</summary>
    public long Send(uint port)
    {
        if (!IsValid(port))
            return -Errno.EINVAL;
        EventChannel channel = _channels[port];
        switch (channel.State)
        {
            case ChannelState.Interdomain when channel.BackEnd is not null:
                channel.BackEnd();
                return 0;
            case ChannelState.Interdomain:
                SetPending(channel.RemotePort);
                return 0;
            case ChannelState.Ipi:
                SetPending((int)port);
                return 0;
            case ChannelState.Unbound:
                return 0;
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>A port's state; null if there is no such port.</summary>
    public ChannelStatus? Status(uint port)
    {
        if (!IsValid(port))
            return null;
        EventChannel channel = _channels[port];
        return new ChannelStatus(channel.State, channel.Vcpu, channel.Virq, channel.RemoteDomain, channel.RemotePort);
    }

    /// <summary>Moves notification to another virtual processor; not for what belongs to one by nature.</summary>
    public long BindVcpu(uint port, uint vcpu)
    {
        if (vcpu >= (uint)domain.Vcpus.Count)
            return -Errno.ENOENT;
        if (!IsValid(port))
            return -Errno.EINVAL;
        ref EventChannel channel = ref _channels[port];
        bool movable = channel.State is ChannelState.Unbound or ChannelState.Interdomain or ChannelState.PhysicalIrq
            || (channel.State == ChannelState.VirtualIrq && IsGlobal(channel.Virq));
        if (!movable)
            return -Errno.EINVAL;
        channel.Vcpu = (int)vcpu;
        return 0;
    }

    /// <summary>Clears the mask bit; an event that waited behind it is notified now.</summary>
    public long Unmask(uint port)
    {
        if (!IsValid(port))
            return -Errno.EINVAL;
        if (Change(SharedInfoLayout.EventMask, (int)port, false) && IsPending((int)port))
            Notify((int)port);
        return 0;
    }

    /// <summary>Closes every port.</summary>
    public void Reset()
    {
        for (int port = 1; port < _channels.Length; port++)
        {
            if (_channels[port].State != ChannelState.Closed)
                CloseOpen(port);
        }
    }

    /// <summary>Raises a virtual interrupt; nothing happens if no port is bound to it.</summary>
    public void RaiseVirq(int vcpu, VirtualIrq virq)
    {
        int port = PortOfVirq(vcpu, (int)virq);
        if (port != 0)
            SetPending(port);
    }

    /// <summary>What a back end does to notify the guest: an event on the guest's port.</summary>
    public void Raise(int port)
    {
        if (_channels[port].State == ChannelState.Interdomain)
            SetPending(port);
    }

    public bool IsValid(uint port) => port is > 0 and < EventChannelLimits.Ports;

    public bool IsPending(int port) => Read(SharedInfoLayout.EventPending, port);

    public bool IsMasked(int port) => Read(SharedInfoLayout.EventMask, port);

    /// <summary>Makes the upcall flag of a virtual processor say that the selector is to be looked at, and wakes it.</summary>
    public static void MarkPending(Vcpu vcpu)
    {
        if (vcpu.Info.UpcallPending)
            return;
        vcpu.Info.UpcallPending = true;
        vcpu.Unblock();
    }

    private static bool IsGlobal(int virq) => (VirtualIrq)virq is not
        (VirtualIrq.Timer or VirtualIrq.Debug or VirtualIrq.Xenoprof or VirtualIrq.PerformanceMonitor);

    private int FreePort()
    {
        for (int port = 1; port < _channels.Length; port++)
        {
            if (_channels[port].State == ChannelState.Closed)
                return port;
        }

        return -1;
    }

    private int PortOfVirq(int vcpu, int virq)
    {
        for (int port = 1; port < _channels.Length; port++)
        {
            ref EventChannel channel = ref _channels[port];
            if (channel.State == ChannelState.VirtualIrq && channel.Virq == virq && (channel.Vcpu == vcpu || IsGlobal(virq)))
                return port;
        }

        return 0;
    }

    private void CloseOpen(int port)
    {
        EventChannel channel = _channels[port];
        // The other end within the domain goes back to waiting, as if it had just been allocated.
        if (channel is { State: ChannelState.Interdomain, BackEnd: null })
            _channels[channel.RemotePort] = new EventChannel { State = ChannelState.Unbound, RemoteDomain = domain.Id, Vcpu = _channels[channel.RemotePort].Vcpu };
        _channels[port] = default;
        Change(SharedInfoLayout.EventPending, port, false);
    }

    private void SetPending(int port)
    {
        if (!Change(SharedInfoLayout.EventPending, port, true))
            return;
        if (!IsMasked(port))
            Notify(port);
        foreach (Vcpu vcpu in domain.Vcpus)
            vcpu.EndPollOf(port);
    }

    private void Notify(int port)
    {
        Vcpu vcpu = domain.Vcpus[_channels[port].Vcpu];
        ulong bit = 1UL << (port / WordBits);
        ulong selector = vcpu.Info.PendingSelector;
        if ((selector & bit) != 0)
            return;
        vcpu.Info.PendingSelector = selector | bit;
        MarkPending(vcpu);
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
