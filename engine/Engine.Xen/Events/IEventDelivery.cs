namespace Rebound.Engine.Xen.Events;

/// <summary>One of the two ways in which guest and Xen share the state of ports in memory. Ports given are bound ones.</summary>
internal interface IEventDelivery
{
    /// <summary>Ports that the ABI has room for, port 0 included.</summary>
    int Ports { get; }

    /// <summary>A port was bound.</summary>
    void Open(int port);

    /// <summary>Makes the port pending, and tells the processor unless the port is masked.</summary>
    /// <returns>False if it was pending already.</returns>
    bool SetPending(int port, Vcpu vcpu);

    void ClearPending(int port);

    /// <summary>Clears the mask; tells the processor if an event waited behind it.</summary>
    void Unmask(int port, Vcpu vcpu);

    bool IsPending(int port);

    bool IsMasked(int port);

    /// <summary>True while a closed port must not be used again, because the guest still has it in a queue.</summary>
    bool IsBusy(int port);

    /// <summary>Chooses the queue of later events.</summary>
    /// <returns>0 or a negated error.</returns>
    long SetPriority(int port, uint priority);
}
