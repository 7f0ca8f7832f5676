namespace Rebound.Engine.Xen.Events;

/// <summary>What a port is bound to; the numbers are those of EVTCHNOP_status.</summary>
public enum ChannelState : byte
{
    Closed = 0,

    /// <summary>Waits for a named domain to bind to it.</summary>
    Unbound = 1,
    Interdomain = 2,
    PhysicalIrq = 3,
    VirtualIrq = 4,
    Ipi = 5,
}

/// <summary>One port of a domain.</summary>
internal struct EventChannel
{
    public ChannelState State;

    /// <summary>The virtual processor that is notified.</summary>
    public int Vcpu;

    /// <summary>Of a <see cref="ChannelState.VirtualIrq"/>.</summary>
    public int Virq;

    /// <summary>The domain at or expected at the other end.</summary>
    public ushort RemoteDomain;

    /// <summary>Its port; 0 for a back end of the engine.</summary>
    public int RemotePort;

    /// <summary>What a send to the port does, if a back end of the engine is at the other end.</summary>
    public Action? BackEnd;
}
