namespace Rebound.Engine.Xen.Devices.Block;

/// <summary>
/// When requests complete, in guest time: a drive that moves 2 GB/s, one request after the other, and answers 20 us later, 50 us for one that
/// flushes. What the host's file takes has no part in it, so a run repeats. Requests complete in the order in which they came.
/// </summary>
internal sealed class BlockTiming
{
    private const ulong BytesPerNanosecond = 2;
    private const ulong Latency = 20_000;
    private const ulong FlushLatency = 50_000;

    private ulong _busyUntil;
    private ulong _last;

    /// <summary>The time at which a request completes.</summary>
    /// <param name="now">When it came, in ns.</param>
    /// <param name="bytes">How much it moves.</param>
    /// <param name="flush">It flushes.</param>
    public ulong Complete(ulong now, int bytes, bool flush)
    {
        _busyUntil = Math.Max(_busyUntil, now) + ((ulong)bytes / BytesPerNanosecond);
        _last = Math.Max(_last, _busyUntil + (flush ? FlushLatency : Latency));
        return _last;
    }
}
