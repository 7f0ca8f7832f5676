using System.Globalization;

namespace Rebound.Engine.Xen.Store;

/// <summary>What the tools write into the store for a new domain.</summary>
public sealed record XenstoreDomainNodes
{
    public required ushort Domain { get; init; }

    public required string Name { get; init; }

    /// <summary>The domain's UUID, as 8-4-4-4-12 hexadecimal digits.</summary>
    public required string Uuid { get; init; }

    public required ulong MemoryKilobytes { get; init; }

    public required int Vcpus { get; init; }

    public required ulong ConsoleFrame { get; init; }

    public required uint ConsolePort { get; init; }

    public required ulong StoreFrame { get; init; }

    public required uint StorePort { get; init; }

    /// <summary>Writes the nodes, with the rights that a domU has on them.</summary>
    public void WriteTo(XenstoreServer server)
    {
        string home = XenstoreServer.HomeOf(Domain);
        XenstorePermissions readable = XenstorePermissions.ReadableBy(Domain);
        XenstorePermissions own = XenstorePermissions.OwnedBy(Domain);
        server.Write("/local/domain/0", "", new XenstorePermissions([('r', 0)]));
        server.Write("/local/domain/0/domid", "0");
        server.Write("/local/domain/0/name", "Domain-0");
        server.Write(home, "", readable);
        Readable("name", Name);
        Readable("domid", Text(Domain));
        Readable("vm", $"/vm/{Uuid}");
        Readable("memory/static-max", Text(MemoryKilobytes));
        Readable("memory/target", Text(MemoryKilobytes));
        Readable("memory/videoram", "0");
        for (int cpu = 0; cpu < Vcpus; cpu++)
            Readable($"cpu/{Text((ulong)cpu)}/availability", "online");
        Readable("device", "");
        Readable("console/type", "rebound");
        Readable("console/ring-ref", Text(ConsoleFrame));
        Readable("console/port", Text(ConsolePort));
        Readable("console/output", "stdout");
        Readable("console/limit", "1048576");
        Readable("console/tty", "");
        Readable("store/ring-ref", Text(StoreFrame));
        Readable("store/port", Text(StorePort));
        Readable("control/platform-feature-multiprocessor-suspend", "1");
        Readable("control/platform-feature-xs_reset_watches", "1");
        foreach (string path in (string[])["control/shutdown", "control/feature-poweroff", "control/feature-reboot", "control/feature-suspend",
            "control/sysrq", "device/suspend/event-channel", "data", "drivers", "feature", "attr", "error"])
            server.Write($"{home}/{path}", "", own);
        server.Write($"/vm/{Uuid}", "", readable);
        server.Write($"/vm/{Uuid}/name", Name);
        server.Write($"/vm/{Uuid}/uuid", Uuid);

        void Readable(string path, string value) => server.Write($"{home}/{path}", value, readable);
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
