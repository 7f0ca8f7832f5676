using System.Globalization;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Store;

namespace Rebound.Engine.Xen.Devices;

/// <summary>
/// The back end's half of a device on xenbus: its nodes, the front end's, and the state machine of both. A device derives from it and says
/// what connecting means. The states follow what Linux's back ends do, which front ends of every age were tried with: the back end waits in
/// <see cref="XenbusState.InitWait"/>, connects when the front end is Initialised (or says Connected at once), closes with it, and after that waits
/// again if the front end starts anew.
/// </summary>
public abstract class XenbusBackEnd
{
    private readonly XenstoreServer _store;
    private readonly string _error;
    private bool _connected;

    /// <param name="domain">The guest.</param>
    /// <param name="store">Its store.</param>
    /// <param name="kind">The kind of device as xenbus calls it, such as "vbd".</param>
    /// <param name="number">The device's number in the guest.</param>
    protected XenbusBackEnd(Domain domain, XenstoreServer store, string kind, uint number)
    {
        Domain = domain;
        _store = store;
        string tail = $"{kind}/{Text(number)}";
        FrontEndPath = $"{XenstoreServer.HomeOf(domain.Id)}/device/{tail}";
        BackEndPath = $"{XenstoreServer.HomeOf(DomainId.Control)}/backend/{kind}/{Text(domain.Id)}/{Text(number)}";
        _error = $"{XenstoreServer.HomeOf(DomainId.Control)}/error/backend/{kind}/{Text(domain.Id)}/{Text(number)}/error";
    }

    /// <summary>The front end's folder, which belongs to the guest.</summary>
    public string FrontEndPath { get; }

    /// <summary>The back end's folder, which the guest can read.</summary>
    public string BackEndPath { get; }

    /// <summary>The back end's state.</summary>
    public XenbusState State { get; private set; } = XenbusState.Initialising;

    protected Domain Domain { get; }

    /// <summary>Writes both folders and begins to watch the front end's state.</summary>
    /// <param name="backEnd">Further nodes of the back end.</param>
    /// <param name="frontEnd">Further nodes of the front end.</param>
    protected void Announce(IEnumerable<(string Name, string Value)> backEnd, IEnumerable<(string Name, string Value)> frontEnd)
    {
        XenstorePermissions readable = XenstorePermissions.ReadableBy(Domain.Id);
        XenstorePermissions theirs = new([('n', Domain.Id), ('r', DomainId.Control)]);
        _store.Write(BackEndPath, "", readable);
        foreach ((string name, string value) in backEnd)
            _store.Write($"{BackEndPath}/{name}", value, readable);
        _store.Write($"{BackEndPath}/frontend", FrontEndPath, readable);
        _store.Write($"{BackEndPath}/frontend-id", Text(Domain.Id), readable);
        _store.Write($"{BackEndPath}/online", "1", readable);
        SetState(XenbusState.InitWait);
        _store.Write(FrontEndPath, "", theirs);
        foreach ((string name, string value) in frontEnd)
            _store.Write($"{FrontEndPath}/{name}", value, theirs);
        _store.Write($"{FrontEndPath}/backend", BackEndPath, theirs);
        _store.Write($"{FrontEndPath}/backend-id", Text(DomainId.Control), theirs);
        // Last: with it the device is there.
        _store.Write($"{FrontEndPath}/state", Text((uint)XenbusState.Initialising), theirs);
        _store.Watch($"{FrontEndPath}/state", OnFrontEndState);
    }

    /// <summary>Connects to what the front end has written.</summary>
    /// <returns>Null, or why that cannot be: then nothing may be left connected.</returns>
    protected abstract string? Connect();

    /// <summary>Called when both halves are connected.</summary>
    protected abstract void Start();

    /// <summary>Lets go of everything that <see cref="Connect"/> took. Called only after it has succeeded.</summary>
    protected abstract void Disconnect();

    /// <summary>The front end broke the protocol: the device is closed, and one line says why.</summary>
    protected void Fail(string why)
    {
        Leave();
        Domain.LogOnce(BackEndPath, 0, $"{BackEndPath}: {why}");
        _store.Write(_error, why, XenstorePermissions.ReadableBy(Domain.Id));
        SetState(XenbusState.Closing);
    }

    /// <summary>A node of the front end's, or null.</summary>
    protected string? ReadFrontEnd(string name) => _store.Read($"{FrontEndPath}/{name}");

    /// <summary>A number that the front end wrote in decimal, or null if there is none that fits 32 bits.</summary>
    protected uint? ReadFrontEndNumber(string name) =>
        uint.TryParse(ReadFrontEnd(name), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    /// <summary>A number as nodes hold it.</summary>
    protected static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private void OnFrontEndState()
    {
        XenbusState theirs = ReadFrontEndNumber("state") is { } number ? (XenbusState)number : XenbusState.Unknown;
        switch (theirs)
        {
            case XenbusState.Initialising when State == XenbusState.Closed:
                SetState(XenbusState.InitWait);
                break;
            case XenbusState.Initialised or XenbusState.Connected when State == XenbusState.InitWait:
                Join();
                break;
            case XenbusState.Closing:
                if (State != XenbusState.Closed)
                    SetState(XenbusState.Closing);
                break;
            case XenbusState.Closed or XenbusState.Unknown:
                Leave();
                SetState(XenbusState.Closed);
                break;
        }
    }

    private void Join()
    {
        if (Connect() is { } why)
        {
            Fail(why);
            return;
        }

        _connected = true;
        SetState(XenbusState.Connected);
        Start();
    }

    private void Leave()
    {
        if (_connected)
            Disconnect();
        _connected = false;
    }

    private void SetState(XenbusState state)
    {
        if (State == state)
            return;
        State = state;
        _store.Write($"{BackEndPath}/state", Text((uint)state), XenstorePermissions.ReadableBy(Domain.Id));
    }
}
