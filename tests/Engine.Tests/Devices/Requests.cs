using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Tests.Devices;

/// <summary>Requests as a front end writes them.</summary>
internal static class Requests
{
    public static byte[] Transfer(BlockOperation operation, ulong id, ulong sector, params (uint Reference, int First, int Last)[] segments)
    {
        byte[] entry = Head((byte)operation, (byte)segments.Length, id, sector);
        for (int i = 0; i < segments.Length; i++)
            Segment(entry.AsSpan(BlockRingLayout.Segments + (i * 8)), segments[i]);
        return entry;
    }

    public static byte[] Discard(ulong id, ulong sector, ulong count)
    {
        byte[] entry = Head((byte)BlockOperation.Discard, 0, id, sector);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(BlockRingLayout.DiscardCount), count);
        return entry;
    }

    /// <param name="operation">Read or write.</param>
    /// <param name="id">The request's.</param>
    /// <param name="sector">Where on the disk.</param>
    /// <param name="count">Segments.</param>
    /// <param name="pages">Grants of the pages with the segments.</param>
    public static byte[] Indirect(BlockOperation operation, ulong id, ulong sector, int count, params uint[] pages)
    {
        byte[] entry = Head((byte)BlockOperation.Indirect, (byte)operation, id, sector);
        BinaryPrimitives.WriteUInt16LittleEndian(entry.AsSpan(BlockRingLayout.IndirectSegmentCount), (ushort)count);
        for (int i = 0; i < pages.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(BlockRingLayout.IndirectGrants + (i * 4)), pages[i]);
        return entry;
    }

    /// <summary>Writes 8 bytes: a page's grant and the first and last of its sectors.</summary>
    public static void Segment(Span<byte> place, (uint Reference, int First, int Last) segment)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(place, segment.Reference);
        place[4] = (byte)segment.First;
        place[5] = (byte)segment.Last;
    }

    private static byte[] Head(byte operation, byte second, ulong id, ulong sector)
    {
        byte[] entry = new byte[BlockRingLayout.EntrySize];
        entry[0] = operation;
        entry[1] = second;
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(BlockRingLayout.Id), id);
        BinaryPrimitives.WriteUInt64LittleEndian(entry.AsSpan(BlockRingLayout.Sector), sector);
        return entry;
    }
}
