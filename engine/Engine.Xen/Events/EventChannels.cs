using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Events;

/// <summary>
/// The event channels of one domain: what its ports are bound to. How the guest is told is the affair of the ABI in force
/// (<see cref="TwoLevelEvents"/>, or <see cref="FifoEvents"/> once the guest has asked for it). Methods that stand for a command return 0, a port
/// or a negated error.
/// </summary>
public sealed partial class EventChannels
{
    /// <summary>Ports come into being by that many: the first when one of them is needed. A port that is not there yet is no port.</summary>
    private const int BucketSize = 64;

    private readonly Domain _domain;
    private readonly Dictionary<(int Vcpu, int Virq), int> _virqs = [];
    private EventChannel[] _channels = new EventChannel[BucketSize];
    private IEventDelivery _delivery;

    public EventChannels(Domain domain)
    {
        _domain = domain;
        _delivery = new TwoLevelEvents(domain);
    }

    /// <summary>Highest port the domain may use.</summary>
    public uint MaximumPort { get; set; } = EventChannelLimits.DefaultMaximumPort;

    /// <summary>True under the FIFO ABI.</summary>
    public bool IsFifo => _delivery is FifoEvents;

    /// <summary>Opens a port that <paramref name="remote"/> may bind to.</summary>
    public long AllocateUnbound(ushort remote) =>
        Bind(new EventChannel { State = ChannelState.Unbound, RemoteDomain = remote == DomainId.Self ? _domain.Id : remote });

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

    /// <summary>Binds a new port to an unbound one; only within the domain, for there is no other with ports for it.</summary>
    public long BindInterdomain(ushort remoteDomain, uint remotePort)
    {
        DomainReference reference = _domain.Named(remoteDomain);
        if (reference == DomainReference.None)
            return -Errno.ESRCH;
        int port = FreePort();
        if (port < 0)
            return port;
        if (reference != DomainReference.Self
            || !IsValid(remotePort)
            || _channels[remotePort] is not { State: ChannelState.Unbound } remote
            || remote.RemoteDomain != _domain.Id)
        {
            return -Errno.EINVAL;
        }

        Open(port, new EventChannel { State = ChannelState.Interdomain, RemoteDomain = _domain.Id, RemotePort = (int)remotePort });
        _channels[remotePort] = remote with { State = ChannelState.Interdomain, RemotePort = port };
        // An event may have been sent to the port while nobody was bound: the new end looks for itself.
        SetPending(port);
        return port;
    }

    public long BindVirq(uint virq, uint vcpu)
    {
        if (virq >= EventChannelLimits.VirtualIrqs || (IsGlobal((int)virq) && vcpu != 0))
            return -Errno.EINVAL;
        if (vcpu >= (uint)_domain.Vcpus.Count)
            return -Errno.ENOENT;
        if (_virqs.ContainsKey(((int)vcpu, (int)virq)))
            return -Errno.EEXIST;
        long port = Bind(new EventChannel { State = ChannelState.VirtualIrq, Virq = (int)virq, Vcpu = (int)vcpu });
        if (port > 0)
            _virqs.Add(((int)vcpu, (int)virq), (int)port);
        return port;
    }

    public long BindIpi(uint vcpu) => vcpu >= (uint)_domain.Vcpus.Count
        ? -Errno.ENOENT
        : Bind(new EventChannel { State = ChannelState.Ipi, Vcpu = (int)vcpu });

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

    /// <summary>A port's state; null if there is no such port. Port 0 is there, but never bound.</summary>
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
        if (vcpu >= (uint)_domain.Vcpus.Count)
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

    /// <summary>Clears the mask bit; an event that waited behind it is notified now. A port that is not bound has none.</summary>
    public long Unmask(uint port)
    {
        if (!IsValid(port))
            return -Errno.EINVAL;
        if (IsBound(port))
            _delivery.Unmask((int)port, _domain.Vcpus[_channels[port].Vcpu]);
        return 0;
    }

    /// <summary>Chooses the queue of a port's later events: FIFO only.</summary>
    public long SetPriority(uint port, uint priority)
    {
        if (!IsValid(port))
            return -Errno.EINVAL;
        if (!IsFifo)
            return -Errno.ENOSYS;
        return IsBound(port) ? _delivery.SetPriority((int)port, priority) : -Errno.EACCES;
    }

    /// <summary>Closes every port, and returns to the two-level ABI.</summary>
    public void Reset()
    {
        for (uint port = 1; port < _channels.Length; port++)
        {
            if (IsBound(port))
                CloseOpen((int)port);
        }

        if (_delivery is not FifoEvents fifo)
            return;
        fifo.Release();
        _delivery = new TwoLevelEvents(_domain);
    }

    /// <summary>Raises a virtual interrupt; nothing happens if no port is bound to it.</summary>
    public void RaiseVirq(int vcpu, VirtualIrq virq)
    {
        if (_virqs.TryGetValue((IsGlobal((int)virq) ? 0 : vcpu, (int)virq), out int port))
            SetPending(port);
    }

    /// <summary>What a back end does to notify the guest: an event on the guest's port.</summary>
    public void Raise(int port)
    {
        if (IsValid((uint)port) && _channels[port].State == ChannelState.Interdomain)
            SetPending(port);
    }

    /// <summary>True if the port has come into being, bound or not.</summary>
    public bool IsValid(uint port) => port < (uint)_channels.Length;

    public bool IsPending(int port) => IsBound((uint)port) && _delivery.IsPending(port);

    public bool IsMasked(int port) => !IsBound((uint)port) || _delivery.IsMasked(port);

    /// <summary>Makes the upcall flag of a virtual processor say that there is something to be looked at, and wakes it.</summary>
    public static void MarkPending(Vcpu vcpu)
    {
        if (vcpu.Info.UpcallPending)
            return;
        vcpu.Info.UpcallPending = true;
        vcpu.Unblock();
    }

    private static bool IsGlobal(int virq) => (VirtualIrq)virq is not
        (VirtualIrq.Timer or VirtualIrq.Debug or VirtualIrq.Xenoprof or VirtualIrq.PerformanceMonitor);

    private bool IsBound(uint port) => IsValid(port) && _channels[port].State != ChannelState.Closed;

    private long Bind(EventChannel channel)
    {
        int port = FreePort();
        if (port > 0)
            Open(port, channel);
        return port;
    }

    /// <summary>A port to bind, made if need be; -ENOSPC if there is none.</summary>
    private int FreePort()
    {
        int end = (int)Math.Min(MaximumPort + 1UL, (ulong)_delivery.Ports);
        for (int port = 1; port < Math.Min(end, _channels.Length); port++)
        {
            if (_channels[port].State == ChannelState.Closed && !_delivery.IsBusy(port))
                return port;
        }

        int next = _channels.Length;
        if (next >= end)
            return (int)-Errno.ENOSPC;
        Array.Resize(ref _channels, next + BucketSize);
        return next;
    }

    private void Open(int port, EventChannel channel)
    {
        _channels[port] = channel;
        _delivery.Open(port);
    }

    private void CloseOpen(int port)
    {
        EventChannel channel = _channels[port];
        // The other end within the domain goes back to waiting, as if it had just been allocated.
        if (channel is { State: ChannelState.Interdomain, BackEnd: null })
            _channels[channel.RemotePort] = new EventChannel { State = ChannelState.Unbound, RemoteDomain = _domain.Id, Vcpu = _channels[channel.RemotePort].Vcpu };
        if (channel.State == ChannelState.VirtualIrq)
            _virqs.Remove((IsGlobal(channel.Virq) ? 0 : channel.Vcpu, channel.Virq));
        _channels[port] = default;
        _delivery.ClearPending(port);
    }

    private void SetPending(int port)
    {
        if (!_delivery.SetPending(port, _domain.Vcpus[_channels[port].Vcpu]))
            return;
        foreach (Vcpu vcpu in _domain.Vcpus)
            vcpu.EndPollOf(port);
    }
}
