namespace Rebound.GuestImages.Elf;

/// <summary>One loadable part of a kernel: its bytes at a virtual address, zero-filled up to <paramref name="MemorySize"/>.</summary>
/// <param name="Name">Section name, such as ".text".</param>
/// <param name="Address">Virtual address, page aligned.</param>
/// <param name="Content">Bytes from the file; empty for ".bss".</param>
/// <param name="MemorySize">Bytes in memory, at least the length of the content.</param>
/// <param name="Executable">Whether it holds code; a PV builder maps everything alike, tools show it.</param>
internal sealed record ElfSegment(string Name, ulong Address, byte[] Content, ulong MemorySize, bool Executable);

/// <summary>A named address for the symbol table.</summary>
internal readonly record struct ElfSymbol(string Name, ulong Address);
