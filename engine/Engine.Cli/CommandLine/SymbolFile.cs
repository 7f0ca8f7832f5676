using Rebound.Engine.Loading;
using Rebound.Engine.Loading.Symbols;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>Reads the names of a kernel's addresses.</summary>
internal static class SymbolFile
{
    private const ulong LargestKernel = 1UL << 30;

    /// <summary>The symbols of the file that a user named.</summary>
    /// <exception cref="BadInputException">It cannot be read or has none.</exception>
    public static SymbolTable Open(string path)
    {
        try
        {
            return KernelSymbols.Read(InputFile.Read(path), LargestKernel);
        }
        catch (KernelFileException error)
        {
            throw new BadInputException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>The symbols that a kernel carries with it; none if it has none.</summary>
    public static SymbolTable Of(KernelFile kernel)
    {
        try
        {
            return KernelSymbols.Read(kernel.Bytes, LargestKernel);
        }
        catch (KernelFileException)
        {
            return SymbolTable.Empty;
        }
    }
}
