using Rebound.Engine.Abi;
using Rebound.Engine.Disks;
using Rebound.Engine.Xen.Grants;
using Rebound.Engine.Xen.Store;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Devices.Block;

/// <summary>
/// A disk for a paravirtual front end such as Linux's xen-blkfront (public/io/blkif.h). Requests are executed when the guest notifies, on its
/// thread, and answered at the guest time that <see cref="BlockTiming"/> says. Pages are copied, never kept mapped, so grants that persist gain
/// nothing and are not offered.
/// </summary>
public sealed class BlockBackEnd : XenbusBackEnd, IBackEnd
{
    /// <summary>Disks that have a name, xvda to xvdz.</summary>
    public const int MostDisks = 26;

    private const int MostQueues = 4;
    private const uint LargestRingOrder = 4;
    private const int PhysicalSectorSize = 4096;
    private const int MajorNumber = 202;
    private const int OldStyleDisks = 16;

    private readonly IDisk _disk;
    private readonly BackendGrants _grants;
    private readonly BlockExecutor _executor;
    private readonly BlockTiming _timing = new();
    private readonly Queue<Completion> _completions = new();
    private readonly List<BlockQueue> _queues = [];

    /// <summary>Makes the disk known to the guest.</summary>
    /// <param name="domain">The guest.</param>
    /// <param name="store">Its store.</param>
    /// <param name="disk">The disk; it is not disposed.</param>
    /// <param name="index">0 for xvda, 1 for xvdb, below <see cref="MostDisks"/>.</param>
    public BlockBackEnd(Domain domain, XenstoreServer store, IDisk disk, int index)
        : base(domain, store, "vbd", NumberOf(index))
    {
        _disk = disk;
        Name = NameOf(index);
        _grants = new BackendGrants(domain);
        _executor = new BlockExecutor(disk, _grants, OnHostError);
        string number = Text(NumberOf(index));
        Announce(
            [
                ("dev", Name),
                ("type", "phy"),
                ("device-type", "disk"),
                ("mode", disk.IsReadOnly ? "r" : "w"),
                ("removable", "0"),
                ("bootable", index == 0 ? "1" : "0"),
                ("hotplug-status", "connected"),
                ("max-ring-page-order", Text(LargestRingOrder)),
                ("multi-queue-max-queues", Text((ulong)Math.Min(domain.Vcpus.Count, MostQueues))),
                ("feature-max-indirect-segments", Text(BlockExecutor.MostSegments)),
                ("feature-persistent", "0"),
                ("feature-flush-cache", disk.IsReadOnly ? "0" : "1"),
                ("feature-barrier", disk.IsReadOnly ? "0" : "1"),
                .. DiscardNodes(disk),
                ("sectors", Text(disk.Sectors)),
                ("sector-size", Text(IDisk.SectorSize)),
                ("physical-sector-size", Text(PhysicalSectorSize)),
                ("info", Text(disk.IsReadOnly ? BlockRingLayout.InfoReadOnly : 0)),
            ],
            [("virtual-device", number), ("device-type", "disk")]);
    }

    /// <summary>The guest's name for the disk, such as "xvda".</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public ulong? NextDeadline => _completions.TryPeek(out Completion first) ? first.Time : null;

    /// <summary>"xvda" for 0.</summary>
    public static string NameOf(int index) => $"xvd{(char)('a' + index)}";

    /// <inheritdoc/>
    public void Fire(ulong now)
    {
        while (_completions.TryPeek(out Completion first) && first.Time <= now)
        {
            _completions.Dequeue();
            first.Queue.Respond(first.Id, first.Operation, first.Status);
        }

        foreach (BlockQueue queue in _queues)
            queue.Publish();
    }

    /// <inheritdoc/>
    public void End()
    {
        if (_disk.IsReadOnly)
            return;
        try
        {
            _disk.Flush();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            OnHostError(BlockOperation.FlushCache, error.Message);
        }
    }

    /// <summary>Executes a request and remembers its response until it is time.</summary>
    internal void Execute(BlockQueue queue, BlockRequest request)
    {
        BlockOperation operation = request.InnerOperation;
        BlockStatus status = _executor.Execute(request, out int moved);
        ulong time = _timing.Complete(Domain.Clock.Now, moved, operation is BlockOperation.FlushCache or BlockOperation.WriteBarrier);
        _completions.Enqueue(new Completion(time, queue, request.Id, operation, status));
    }

    /// <summary>A front end that does not know how far its ring goes is not listened to any more.</summary>
    internal void OnBrokenRing(uint producer, uint consumer) =>
        Fail($"the ring's requests go from {consumer} to {producer}, which is more than it holds");

    /// <inheritdoc/>
    protected override string? Connect()
    {
        string protocol = ReadFrontEnd("protocol") ?? BlockRingLayout.Protocol;
        if (protocol != BlockRingLayout.Protocol)
            return $"the front end speaks {protocol}, not {BlockRingLayout.Protocol}";
        uint queues = ReadFrontEndNumber("multi-queue-num-queues") ?? 1;
        if (queues is 0 or > MostQueues)
            return $"the front end asks for {queues} queues";
        uint order = ReadFrontEndNumber("ring-page-order") ?? 0;
        if (order > LargestRingOrder)
            return $"the front end asks for a ring of 2^{order} pages";
        for (uint i = 0; i < queues; i++)
        {
            string folder = queues == 1 ? "" : $"queue-{Text(i)}/";
            if (AddQueue(folder, 1 << (int)order) is not { } why)
                continue;
            Disconnect();
            return why;
        }

        return null;
    }

    /// <inheritdoc/>
    protected override void Start()
    {
        // Requests may have come before anybody listened. A broken ring disconnects all.
        foreach (BlockQueue queue in _queues.ToArray())
            queue.Consume();
    }

    /// <inheritdoc/>
    protected override void Disconnect()
    {
        foreach (BlockQueue queue in _queues)
            queue.Leave();
        _queues.Clear();
        _completions.Clear();
        _grants.UnmapAll();
    }

    private static uint NumberOf(int index) => index < OldStyleDisks ? (uint)((MajorNumber << 8) | (index << 4)) : (1u << 28) | ((uint)index << 8);

    private static IEnumerable<(string Name, string Value)> DiscardNodes(IDisk disk) => disk.CanDiscard
        ? [("feature-discard", "1"), ("discard-granularity", Text(PhysicalSectorSize)), ("discard-alignment", "0"), ("discard-secure", "0")]
        : [("feature-discard", "0")];

    private string? AddQueue(string folder, int pages)
    {
        var frames = new MachineFrame[pages];
        for (int i = 0; i < pages; i++)
        {
            string node = folder + (pages == 1 && ReadFrontEnd(folder + "ring-ref") is not null ? "ring-ref" : $"ring-ref{Text((ulong)i)}");
            if (ReadFrontEndNumber(node) is not { } reference)
                return $"the front end has no {node}";
            GrantStatus status = _grants.Map(reference, readOnly: false, out BackendMapping mapping);
            if (status != GrantStatus.Okay)
                return $"the grant {reference} of {node} cannot be mapped ({status})";
            frames[i] = mapping.Frame;
        }

        if (ReadFrontEndNumber(folder + "event-channel") is not { } port)
            return $"the front end has no {folder}event-channel";
        var queue = new BlockQueue(Domain, this, frames, port);
        if (!queue.TryListen())
            return $"the event channel {port} waits for nobody";
        _queues.Add(queue);
        return null;
    }

    private void OnHostError(BlockOperation operation, string message) => Domain.LogOnce(
        BackEndPath, (ulong)operation + 1, $"disk {Name}: {Verb(operation)} failed on the host: {message}; the guest sees I/O errors, and this is said once");

    private static string Verb(BlockOperation operation) => operation switch
    {
        BlockOperation.Read => "a read",
        BlockOperation.Discard => "a discard",
        BlockOperation.Write => "a write",
        _ => "a flush",
    };

    private readonly record struct Completion(ulong Time, BlockQueue Queue, ulong Id, BlockOperation Operation, BlockStatus Status);
}
