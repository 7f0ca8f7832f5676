using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>
/// The bookkeeping of all frames, made for 512 frames at a time when the first of them is looked at: most frames of a large guest
/// are never more than part of a run that it was given at the start.
/// </summary>
internal sealed class PageInfoTable
{
    private const int ChunkShift = 9;
    private const int ChunkFrames = 1 << ChunkShift;

    private readonly PageInfo[]?[] _chunks;
    private readonly List<Run> _runs = [];

    public PageInfoTable(ulong frameCount)
    {
        FrameCount = frameCount;
        _chunks = new PageInfo[]?[checked((int)((frameCount + ChunkFrames - 1) >> ChunkShift))];
    }

    public ulong FrameCount { get; }

    /// <exception cref="ArgumentOutOfRangeException">No such frame.</exception>
    public ref PageInfo this[MachineFrame frame]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame.Number, FrameCount, nameof(frame));
            PageInfo[] chunk = _chunks[frame.Number >> ChunkShift] ?? NewChunk(frame.Number >> ChunkShift);
            return ref chunk[frame.Number & (ChunkFrames - 1)];
        }
    }

    /// <summary>Gives free frames to a domain, each as if one by one.</summary>
    public void Assign(MachineFrame first, ulong count, Domain owner)
    {
        var run = new Run(first.Number, first.Number + count, owner);
        _runs.Add(run);
        for (ulong index = run.Start >> ChunkShift; index << ChunkShift < run.End; index++)
        {
            if (_chunks[index] is { } chunk)
                run.WriteInto(chunk, index << ChunkShift);
        }
    }

    private PageInfo[] NewChunk(ulong index)
    {
        var chunk = new PageInfo[ChunkFrames];
        foreach (Run run in _runs)
            run.WriteInto(chunk, index << ChunkShift);
        _chunks[index] = chunk;
        return chunk;
    }

    /// <summary>Frames that a domain was given together.</summary>
    private readonly record struct Run(ulong Start, ulong End, Domain Owner)
    {
        public void WriteInto(PageInfo[] chunk, ulong firstFrame)
        {
            ulong end = Math.Min(End, firstFrame + ChunkFrames);
            for (ulong frame = Math.Max(Start, firstFrame); frame < end; frame++)
                chunk[frame - firstFrame] = PageInfo.AllocatedTo(Owner);
        }
    }
}
