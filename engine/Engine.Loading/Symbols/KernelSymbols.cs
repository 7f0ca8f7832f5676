namespace Rebound.Engine.Loading.Symbols;

/// <summary>Finds the symbols of a kernel in whatever file has them.</summary>
public static class KernelSymbols
{
    /// <summary>
    /// Reads a System.map, an ELF file's symbol table, or the table that a Linux kernel carries to name addresses itself (kallsyms). A packed
    /// kernel is unpacked first.
    /// </summary>
    /// <param name="file">The file's bytes.</param>
    /// <param name="limit">Bytes that it may have uncompressed.</param>
    /// <exception cref="KernelFileException">The file is none of these, or has no symbols.</exception>
    public static SymbolTable Read(ReadOnlyMemory<byte> file, ulong limit)
    {
        IReadOnlyList<Symbol> symbols = SystemMap.TryRead(file.Span) ?? Within(KernelImage.Unpack(file, limit).Span);
        return symbols.Count != 0 ? new SymbolTable(symbols) : throw new KernelFileException("it has no symbols: neither a System.map, nor an ELF symbol table, nor kallsyms");
    }

    private static IReadOnlyList<Symbol> Within(ReadOnlySpan<byte> elf)
    {
        IReadOnlyList<Symbol> symbols = ElfSymbols.Read(elf);
        return symbols.Count != 0 ? symbols : Kallsyms.Read(elf);
    }
}
