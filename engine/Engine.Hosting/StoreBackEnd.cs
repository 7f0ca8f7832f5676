using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Builder;
using Rebound.Engine.Xen.Store;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>The xenstore of one domain: server, ring and event port together.</summary>
internal sealed class StoreBackEnd
{
    private readonly Domain _domain;
    private readonly int _port;
    private readonly XenstoreRing _ring;
    private readonly Queue<XenstoreMessage> _output = new();

    public StoreBackEnd(Domain domain, StartOfDay start)
    {
        _domain = domain;
        _port = start.StorePort;
        Server = new XenstoreServer(domain.Id, _output);
        new XenstoreDomainNodes
        {
            Domain = domain.Id,
            Name = "guest",
            Uuid = domain.Handle.ToString("D"),
            MemoryKilobytes = domain.Pages * (GuestMemory.FrameSize / 1024),
            Vcpus = domain.Vcpus.Count,
            ConsoleFrame = start.ConsoleFrame.Number,
            ConsolePort = (uint)start.ConsolePort,
            StoreFrame = start.StoreFrame.Number,
            StorePort = (uint)start.StorePort,
        }.WriteTo(Server);
        _ring = new XenstoreRing(domain.Memory, start.StoreFrame, Server, _output);
    }

    public XenstoreServer Server { get; }

    /// <summary>Tells the guest what back ends have caused since, if anything.</summary>
    public void PumpEvents()
    {
        if (_output.Count != 0)
            Pump();
    }

    /// <summary>Answers what the guest has asked.</summary>
    public void Pump()
    {
        if (_ring.Pump())
            _domain.Events.Raise(_port);
        if (_ring.Failure is { } failure)
            _domain.LogOnce("xenstore", 0, failure);
    }
}
