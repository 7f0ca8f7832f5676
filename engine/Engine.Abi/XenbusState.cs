namespace Rebound.Engine.Abi;

/// <summary>States of one half of a paravirtual device, in its "state" node (public/io/xenbus.h).</summary>
public enum XenbusState
{
    /// <summary>There is no such node.</summary>
    Unknown = 0,
    Initialising = 1,

    /// <summary>The back end waits for what the front end writes about its rings.</summary>
    InitWait = 2,

    /// <summary>The front end has written it.</summary>
    Initialised = 3,
    Connected = 4,
    Closing = 5,
    Closed = 6,
    Reconfiguring = 7,
    Reconfigured = 8,
}
