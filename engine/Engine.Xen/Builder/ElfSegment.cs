namespace Rebound.Engine.Xen.Builder;

/// <summary>A loadable part of an ELF image (a PT_LOAD program header), its ranges already checked against the file.</summary>
/// <param name="FileOffset">Where its bytes are in the file.</param>
/// <param name="FileSize">Bytes in the file, at most <paramref name="MemorySize"/>.</param>
/// <param name="PhysicalAddress">p_paddr: what places it in pseudo-physical memory.</param>
/// <param name="MemorySize">Bytes in memory; those not in the file are zero.</param>
public readonly record struct ElfSegment(int FileOffset, int FileSize, ulong PhysicalAddress, ulong MemorySize)
{
    /// <summary>First physical address behind it.</summary>
    public ulong PhysicalEnd => PhysicalAddress + MemorySize;
}
