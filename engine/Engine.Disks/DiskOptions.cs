namespace Rebound.Engine.Disks;

/// <summary>A disk as its owner describes it.</summary>
/// <param name="Path">The image: a file of raw sectors.</param>
/// <param name="Access">What becomes of writes.</param>
/// <param name="OverlayPath">With <see cref="DiskAccess.Overlay"/>: the file that keeps the overlay; null for one that goes with the machine.</param>
public sealed record DiskOptions(string Path, DiskAccess Access = DiskAccess.Overlay, string? OverlayPath = null);
