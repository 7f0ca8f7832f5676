namespace Rebound.Engine.Disks;

/// <summary>
/// A disk of 512-byte sectors. Positions and lengths must lie within it; whoever passes on what a guest asked for has checked them.
/// Methods throw <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> if the host's file fails, and nothing else.
/// </summary>
public interface IDisk : IDisposable
{
    /// <summary>Bytes of a sector.</summary>
    const int SectorSize = 512;

    /// <summary>Length in sectors, above 0.</summary>
    ulong Sectors { get; }

    /// <summary>True if it cannot be written; then neither <see cref="Write"/> nor <see cref="Discard"/> may be called.</summary>
    bool IsReadOnly { get; }

    /// <summary>The host can take space back, so that <see cref="Discard"/> does something.</summary>
    bool CanDiscard { get; }

    /// <summary>Reads whole sectors.</summary>
    void Read(ulong sector, Span<byte> destination);

    /// <summary>Writes whole sectors. They last beyond a failure of the host only after <see cref="Flush"/>.</summary>
    void Write(ulong sector, ReadOnlySpan<byte> source);

    /// <summary>What was written before is on the host's medium when this returns.</summary>
    void Flush();

    /// <summary>Gives up the contents of sectors; they read as zeros from now on.</summary>
    void Discard(ulong sector, ulong count);
}
