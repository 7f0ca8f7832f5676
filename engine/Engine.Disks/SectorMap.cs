using System.Buffers.Binary;
using System.Numerics;

namespace Rebound.Engine.Disks;

/// <summary>
/// Which sectors an overlay holds: a bit for each, in pages of 4096 bytes for 16 MiB of disk. A page without a bit takes no memory, and all full
/// pages are one. Bits are set and never cleared.
/// </summary>
internal sealed class SectorMap
{
    /// <summary>Bytes of a page in the file.</summary>
    public const int PageSize = 4096;

    private const int PageShift = 15;
    private const int SectorsOfPage = 1 << PageShift;
    private const int WordBits = 64;
    private const int WordsOfPage = SectorsOfPage / WordBits;

    private readonly ulong[]?[] _pages;
    private readonly ulong[] _full = new ulong[WordsOfPage];
    private readonly SortedSet<int> _changed = [];

    /// <param name="sectors">Length of the disk.</param>
    public SectorMap(ulong sectors)
    {
        _pages = new ulong[]?[PagesFor(sectors)];
        Array.Fill(_full, ulong.MaxValue);
    }

    /// <summary>Pages of the whole map.</summary>
    public int Pages => _pages.Length;

    /// <summary>Pages that are not in the file as they are here, in order.</summary>
    public IReadOnlyCollection<int> ChangedPages => _changed;

    /// <summary>Pages for a disk of that length.</summary>
    public static int PagesFor(ulong sectors) => checked((int)((sectors + SectorsOfPage - 1) >> PageShift));

    /// <summary>How many sectors from here on, at most <paramref name="limit"/>, are all held or all not held.</summary>
    public (bool Held, int Length) RunAt(ulong sector, int limit)
    {
        ulong word = Word(sector, out int available);
        bool held = (word & 1) != 0;
        int length = 0;
        while (true)
        {
            int same = BitOperations.TrailingZeroCount(held ? ~word : word);
            if (same < available || length + available >= limit)
                return (held, Math.Min(length + Math.Min(same, available), limit));
            length += available;
            word = Word(sector + (ulong)length, out available);
        }
    }

    /// <summary>Sectors are held from now on.</summary>
    public void Set(ulong sector, ulong count)
    {
        while (count > 0)
        {
            int page = (int)(sector >> PageShift);
            int first = (int)(sector & (SectorsOfPage - 1));
            int here = (int)Math.Min(count, (ulong)(SectorsOfPage - first));
            SetInPage(page, first, here);
            sector += (ulong)here;
            count -= (ulong)here;
        }
    }

    /// <summary>Forgets which pages have changed: they are in the file.</summary>
    public void MarkSaved() => _changed.Clear();

    /// <summary>Gives a page the form it has in the file.</summary>
    /// <param name="page">One of <see cref="ChangedPages"/>.</param>
    /// <param name="bytes">Receives <see cref="PageSize"/> bytes.</param>
    public void Save(int page, Span<byte> bytes)
    {
        ReadOnlySpan<ulong> words = _pages[page];
        for (int i = 0; i < words.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * sizeof(ulong))..], words[i]);
    }

    /// <summary>Sets a page as it is in the file.</summary>
    public void Load(int page, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOfAnyExcept((byte)0) < 0)
            return;
        var words = new ulong[WordsOfPage];
        for (int i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(i * sizeof(ulong))..]);
        _pages[page] = words;
    }

    /// <summary>The bits from a sector to the end of its word, lowest first; the rest is unset.</summary>
    private ulong Word(ulong sector, out int available)
    {
        int bit = (int)(sector % WordBits);
        available = WordBits - bit;
        // Behind the last page there is nothing; a caller's limit ends before that.
        int page = (int)(sector >> PageShift);
        return page < _pages.Length && _pages[page] is { } words ? words[(int)(sector & (SectorsOfPage - 1)) / WordBits] >> bit : 0;
    }

    private void SetInPage(int page, int first, int count)
    {
        if (count == SectorsOfPage)
        {
            if (_pages[page] == _full)
                return;
            _pages[page] = _full;
            _changed.Add(page);
            return;
        }

        if (_pages[page] == _full)
            return;
        ulong[] words = _pages[page] ??= new ulong[WordsOfPage];
        bool changed = false;
        for (int end = first + count; first < end;)
        {
            int bit = first % WordBits;
            int here = Math.Min(end - first, WordBits - bit);
            ulong mask = (here == WordBits ? ulong.MaxValue : (1UL << here) - 1) << bit;
            ref ulong word = ref words[first / WordBits];
            changed |= (word & mask) != mask;
            word |= mask;
            first += here;
        }

        if (changed)
            _changed.Add(page);
    }
}
