namespace Rebound.Engine.Xen.Devices.Block;

/// <summary>Sectors of one granted page.</summary>
/// <param name="Reference">The grant.</param>
/// <param name="Offset">First byte within the page.</param>
/// <param name="Length">Bytes, at least one sector; they lie within the page.</param>
internal readonly record struct BlockSegment(uint Reference, int Offset, int Length);
