namespace Rebound.Jit.Runtime;

/// <summary>
/// Direct-mapped cache from virtual address to block for one TLB view. An entry holds as long as the view's epoch: no page of it
/// was flushed since, so the address still leads to the same frame.
/// </summary>
internal sealed class BlockLookup
{
    private const int Size = 4096;
    private readonly Entry[] _entries = new Entry[Size];

    public TranslatedBlock? Find(ulong rip, long epoch)
    {
        ref Entry entry = ref _entries[IndexOf(rip)];
        return entry.Rip == rip && entry.Epoch == epoch && entry.Block is { Valid: true } ? entry.Block : null;
    }

    public void Add(ulong rip, long epoch, TranslatedBlock block) => _entries[IndexOf(rip)] = new Entry(rip, epoch, block);

    public void Clear() => Array.Clear(_entries);

    private static int IndexOf(ulong rip) => (int)((rip ^ (rip >> 12)) & (Size - 1));

    private readonly record struct Entry(ulong Rip, long Epoch, TranslatedBlock? Block);
}
