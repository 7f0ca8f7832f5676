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

    public StoreBackEnd(Domain domain, StartOfDay start)
    {
        _domain = domain;
        _port = start.StorePort;
        var output = new Queue<XenstoreMessage>();
        var server = new XenstoreServer(domain.Id, output);
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
        }.WriteTo(server);
        _ring = new XenstoreRing(domain.Memory, start.StoreFrame, server, output);
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
