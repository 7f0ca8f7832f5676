using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Devices.Block;

/// <summary>A request as the front end wrote it, copied out of the ring; nothing in it has been checked.</summary>
internal readonly ref struct BlockRequest(ReadOnlySpan<byte> entry)
{
    private readonly ReadOnlySpan<byte> _entry = entry;

    public BlockOperation Operation => (BlockOperation)_entry[BlockRingLayout.Operation];

    /// <summary>What is to be done: of an indirect request, what it says inside.</summary>
    public BlockOperation InnerOperation =>
        IsIndirect ? (BlockOperation)_entry[BlockRingLayout.IndirectOperation] : Operation;

    public bool IsIndirect => Operation == BlockOperation.Indirect;

    /// <summary>The front end's own; it comes back in the response.</summary>
    public ulong Id => BinaryPrimitives.ReadUInt64LittleEndian(_entry[BlockRingLayout.Id..]);

    public ulong Sector => BinaryPrimitives.ReadUInt64LittleEndian(_entry[BlockRingLayout.Sector..]);

    public int SegmentCount => IsIndirect
        ? BinaryPrimitives.ReadUInt16LittleEndian(_entry[BlockRingLayout.IndirectSegmentCount..])
        : _entry[BlockRingLayout.SegmentCount];

    public ulong DiscardCount => BinaryPrimitives.ReadUInt64LittleEndian(_entry[BlockRingLayout.DiscardCount..]);

    /// <summary>The segments of a request that is not indirect.</summary>
    public ReadOnlySpan<byte> Segments => _entry[BlockRingLayout.Segments..];

    /// <summary>The grant of a page of segments.</summary>
    public uint IndirectGrant(int page) => BinaryPrimitives.ReadUInt32LittleEndian(_entry[(BlockRingLayout.IndirectGrants + (page * sizeof(uint)))..]);
}
