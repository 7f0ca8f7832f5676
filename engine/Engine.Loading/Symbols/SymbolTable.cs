using System.Globalization;

namespace Rebound.Engine.Loading.Symbols;

/// <summary>Names of a kernel's addresses. Immutable.</summary>
public sealed class SymbolTable
{
    /// <summary>How far behind its last symbol a kernel is believed to go.</summary>
    private const ulong LastSize = 1 << 16;

    private readonly ulong[] _addresses;
    private readonly string[] _names;
    private readonly bool[] _areCode;

    /// <param name="symbols">In any order; of several names for one address the first counts.</param>
    public SymbolTable(IEnumerable<Symbol> symbols)
    {
        Symbol[] sorted = [.. symbols.OrderBy(symbol => symbol.Address).DistinctBy(symbol => symbol.Address)];
        _addresses = Array.ConvertAll(sorted, symbol => symbol.Address);
        _names = Array.ConvertAll(sorted, symbol => symbol.Name);
        _areCode = Array.ConvertAll(sorted, symbol => symbol.IsCode);
    }

    /// <summary>A table without symbols.</summary>
    public static SymbolTable Empty { get; } = new([]);

    /// <summary>Addresses that have a name.</summary>
    public int Count => _names.Length;

    /// <summary>The symbol at or before an address and the distance to it, such as <c>start_kernel+0x1c</c>; null if there is none.</summary>
    public string? Describe(ulong address)
    {
        int index = IndexOf(address);
        if (index < 0) return null;
        ulong distance = address - _addresses[index];
        return distance == 0 ? _names[index] : string.Create(CultureInfo.InvariantCulture, $"{_names[index]}+0x{distance:x}");
    }

    /// <summary>True if the symbol at or before an address is one of code.</summary>
    public bool IsCode(ulong address) => IndexOf(address) is var index and >= 0 && _areCode[index];

    /// <summary>The address of a name; false if there is none.</summary>
    public bool TryFind(string name, out ulong address)
    {
        int index = Array.IndexOf(_names, name);
        address = index < 0 ? 0 : _addresses[index];
        return index >= 0;
    }

    private int IndexOf(ulong address)
    {
        int index = Array.BinarySearch(_addresses, address);
        if (index < 0) index = ~index - 1;
        return index == _addresses.Length - 1 && index >= 0 && address - _addresses[index] >= LastSize ? -1 : index;
    }
}
