namespace Rebound.Engine.Xen.Events;

/// <summary>What EVTCHNOP_status tells of a port.</summary>
public readonly record struct ChannelStatus(ChannelState State, int Vcpu, int Virq, ushort RemoteDomain, int RemotePort);
