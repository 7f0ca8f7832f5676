using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Events;

/// <content>Ports that a guest opens for back ends of the engine and names in xenstore.</content>
public sealed partial class EventChannels
{
    /// <summary>Puts a back end at the other end of a port that the guest has named; false if the port does not wait for the control domain.</summary>
    /// <param name="port">Any number.</param>
    /// <param name="onSend">Called when the guest sends to the port.</param>
    public bool TryConnectBackEnd(uint port, Action onSend)
    {
        if (Status(port) is not { State: ChannelState.Unbound, RemoteDomain: DomainId.Control })
            return false;
        ConnectBackEnd((int)port, onSend);
        return true;
    }

    /// <summary>The back end goes: the port waits again. Nothing happens if the guest has closed it meanwhile.</summary>
    /// <param name="port">What <see cref="TryConnectBackEnd"/> was given.</param>
    /// <param name="onSend">The same delegate.</param>
    public void DisconnectBackEnd(uint port, Action onSend)
    {
        if (!IsValid(port) || _channels[port].BackEnd != onSend)
            return;
        _channels[port].State = ChannelState.Unbound;
        _channels[port].BackEnd = null;
    }
}
