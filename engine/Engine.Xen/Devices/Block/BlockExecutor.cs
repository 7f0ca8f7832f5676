using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Disks;
using Rebound.Engine.Xen.Grants;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Devices.Block;

/// <summary>
/// Does what requests ask for. A request is checked as a whole before anything is done; one that breaks a rule has no effect on the disk. Data goes
/// through one buffer, so that the host's file sees a request as one access wherever the guest's pages lie.
/// </summary>
internal sealed class BlockExecutor
{
    /// <summary>Most segments of an indirect request: 1 MiB.</summary>
    public const int MostSegments = 256;

    private readonly IDisk _disk;
    private readonly BackendGrants _grants;
    private readonly Action<BlockOperation, string> _onHostError;
    private readonly BlockSegment[] _segments = new BlockSegment[MostSegments];
    private readonly byte[] _indirect = new byte[MostSegments * BlockRingLayout.SegmentSize];
    private readonly byte[] _data = new byte[MostSegments * GuestMemory.FrameSize];

    /// <param name="disk">The disk.</param>
    /// <param name="grants">The guest's grants.</param>
    /// <param name="onHostError">Told what the host said when it could not do something.</param>
    public BlockExecutor(IDisk disk, BackendGrants grants, Action<BlockOperation, string> onHostError)
    {
        _disk = disk;
        _grants = grants;
        _onHostError = onHostError;
    }

    /// <summary>Executes a request to its end.</summary>
    /// <param name="request">What the front end wrote.</param>
    /// <param name="moved">Bytes of data moved.</param>
    public BlockStatus Execute(BlockRequest request, out int moved)
    {
        moved = 0;
        BlockOperation operation = request.InnerOperation;
        if (request.IsIndirect && operation is not (BlockOperation.Read or BlockOperation.Write))
            return BlockStatus.Error;
        try
        {
            return operation switch
            {
                BlockOperation.Read => Read(request, out moved),
                BlockOperation.Write or BlockOperation.FlushCache or BlockOperation.WriteBarrier => Write(request, operation, out moved),
                BlockOperation.Discard => Discard(request),
                _ => BlockStatus.NotSupported,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _onHostError(operation, error.Message);
            return BlockStatus.Error;
        }
    }

    private BlockStatus Read(BlockRequest request, out int moved)
    {
        moved = 0;
        if (!TryCollect(request, out int count, out int bytes) || bytes == 0 || !IsOnDisk(request.Sector, (ulong)bytes / IDisk.SectorSize))
            return BlockStatus.Error;
        ReadOnlySpan<byte> data = _data.AsSpan(0, bytes);
        _disk.Read(request.Sector, _data.AsSpan(0, bytes));
        for (int i = 0; i < count; i++)
        {
            BlockSegment segment = _segments[i];
            if (_grants.CopyTo(segment.Reference, segment.Offset, data[..segment.Length]) != GrantStatus.Okay)
                return BlockStatus.Error;
            data = data[segment.Length..];
        }

        moved = bytes;
        return BlockStatus.Okay;
    }

    private BlockStatus Write(BlockRequest request, BlockOperation operation, out int moved)
    {
        moved = 0;
        if (_disk.IsReadOnly || !TryCollect(request, out int count, out int bytes))
            return BlockStatus.Error;
        if (bytes == 0 ? operation == BlockOperation.Write : !IsOnDisk(request.Sector, (ulong)bytes / IDisk.SectorSize))
            return BlockStatus.Error;
        Span<byte> data = _data.AsSpan(0, bytes);
        for (int i = 0; i < count; i++)
        {
            BlockSegment segment = _segments[i];
            if (_grants.CopyFrom(segment.Reference, segment.Offset, data[..segment.Length]) != GrantStatus.Okay)
                return BlockStatus.Error;
            data = data[segment.Length..];
        }

        if (operation != BlockOperation.Write)
            _disk.Flush();
        if (bytes == 0)
            return BlockStatus.Okay;
        _disk.Write(request.Sector, _data.AsSpan(0, bytes));
        if (operation == BlockOperation.WriteBarrier)
            _disk.Flush();
        moved = bytes;
        return BlockStatus.Okay;
    }

    private BlockStatus Discard(BlockRequest request)
    {
        if (!_disk.CanDiscard)
            return BlockStatus.NotSupported;
        if (!IsOnDisk(request.Sector, request.DiscardCount))
            return BlockStatus.Error;
        if (request.DiscardCount != 0)
            _disk.Discard(request.Sector, request.DiscardCount);
        return BlockStatus.Okay;
    }

    private bool IsOnDisk(ulong sector, ulong count) => sector <= _disk.Sectors && count <= _disk.Sectors - sector;

    /// <summary>Reads and checks the segments; false if one breaks a rule.</summary>
    private bool TryCollect(BlockRequest request, out int count, out int bytes)
    {
        bytes = 0;
        count = request.SegmentCount;
        if (count > (request.IsIndirect ? MostSegments : BlockRingLayout.DirectSegments))
            return false;
        ReadOnlySpan<byte> segments = request.Segments;
        if (request.IsIndirect)
        {
            if (!TryReadIndirect(request, count))
                return false;
            segments = _indirect;
        }

        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> segment = segments.Slice(i * BlockRingLayout.SegmentSize, BlockRingLayout.SegmentSize);
            int first = segment[BlockRingLayout.SegmentFirst];
            int last = segment[BlockRingLayout.SegmentLast];
            if (first > last || last >= BlockRingLayout.SectorsOfPage)
                return false;
            int length = (last - first + 1) * IDisk.SectorSize;
            _segments[i] = new BlockSegment(BinaryPrimitives.ReadUInt32LittleEndian(segment), first * IDisk.SectorSize, length);
            bytes += length;
        }

        return true;
    }

    /// <summary>Copies the segments out of their pages: the guest could change them there.</summary>
    private bool TryReadIndirect(BlockRequest request, int count)
    {
        for (int page = 0, done = 0; done < count; page++)
        {
            int here = Math.Min(count - done, BlockRingLayout.SegmentsOfIndirectPage);
            Span<byte> part = _indirect.AsSpan(done * BlockRingLayout.SegmentSize, here * BlockRingLayout.SegmentSize);
            if (_grants.CopyFrom(request.IndirectGrant(page), 0, part) != GrantStatus.Okay)
                return false;
            done += here;
        }

        return true;
    }
}
