namespace Rebound.Engine.Abi;

/// <summary>The four indices at the start of every shared ring of requests and responses (public/io/ring.h). They run freely, modulo 2^32.</summary>
public static class SharedRingLayout
{
    public const int RequestProducer = 0;

    /// <summary>The front end notifies when the request producer passes this.</summary>
    public const int RequestEvent = 4;
    public const int ResponseProducer = 8;

    /// <summary>The back end notifies when the response producer passes this.</summary>
    public const int ResponseEvent = 12;

    /// <summary>The entries begin here; there are as many as fit, rounded down to a power of two.</summary>
    public const int Entries = 64;
}

/// <summary>Requests of the block interface (public/io/blkif.h, BLKIF_OP_*).</summary>
public enum BlockOperation : byte
{
    Read = 0,
    Write = 1,

    /// <summary>A write after which, and before which, everything is on the medium.</summary>
    WriteBarrier = 2,

    /// <summary>What was written before is on the medium; then the segments, if any, are written.</summary>
    FlushCache = 3,
    Discard = 5,

    /// <summary>A read or write whose segments are in pages of their own.</summary>
    Indirect = 6,
}

/// <summary>Results of requests (BLKIF_RSP_*).</summary>
public enum BlockStatus : short
{
    Okay = 0,
    Error = -1,
    NotSupported = -2,
}

/// <summary>Byte offsets in requests and responses under the 64-bit x86 ABI, and limits.</summary>
public static class BlockRingLayout
{
    /// <summary>The name of this layout in the front end's "protocol" node.</summary>
    public const string Protocol = "x86_64-abi";

    /// <summary>Bytes of a ring's entry.</summary>
    public const int EntrySize = 112;
    public const int Operation = 0;
    public const int SegmentCount = 1;
    public const int Id = 8;
    public const int Sector = 16;
    public const int Segments = 24;

    /// <summary>Of a discard: how many sectors.</summary>
    public const int DiscardCount = 24;

    /// <summary>Of an indirect request: read or write.</summary>
    public const int IndirectOperation = 1;

    /// <summary>Of an indirect request: 16 bits.</summary>
    public const int IndirectSegmentCount = 2;

    /// <summary>Of an indirect request: grants of pages full of segments.</summary>
    public const int IndirectGrants = 28;

    public const int SegmentSize = 8;
    public const int SegmentFirst = 4;
    public const int SegmentLast = 5;
    public const int DirectSegments = 11;
    public const int SegmentsOfIndirectPage = 4096 / SegmentSize;

    public const int ResponseSize = 16;
    public const int ResponseOperation = 8;
    public const int ResponseStatus = 10;

    public const int SectorSize = 512;
    public const int SectorsOfPage = 4096 / SectorSize;

    /// <summary>Bit of the "info" node: the disk cannot be written.</summary>
    public const uint InfoReadOnly = 4;
}
