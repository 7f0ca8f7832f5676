namespace Rebound.Engine.Xen.Store;

/// <summary>
/// A guest's transaction: its own view of the tree, what it looked at, and what it did. It is committed if nothing that it
/// looked at has changed meanwhile; then its changes are repeated on the tree of that time.
/// </summary>
public sealed class XenstoreTransaction
{
    private const int MostNodes = 1024;
    private const int MostChanges = 4096;

    private readonly XenstoreTree _start;
    private readonly Dictionary<string, ulong> _seen = new(StringComparer.Ordinal);
    private readonly List<Func<XenstoreTree, XenstoreTree>> _changes = [];
    private readonly List<(string Path, bool Removed)> _changedPaths = [];

    /// <param name="start">The tree as it is now.</param>
    public XenstoreTransaction(XenstoreTree start)
    {
        _start = start;
        View = start;
    }

    /// <summary>The tree as the transaction sees it.</summary>
    public XenstoreTree View { get; private set; }

    /// <summary>It has looked at or changed as much as one transaction may.</summary>
    public bool IsFull => _seen.Count >= MostNodes || _changes.Count >= MostChanges;

    /// <summary>Paths changed, in order, for watches.</summary>
    public IReadOnlyList<(string Path, bool Removed)> ChangedPaths => _changedPaths;

    /// <summary>Records that the outcome depends on the node.</summary>
    public void Touch(string path) => _seen.TryAdd(path, _start.GenerationOf(path));

    public void Apply(string path, bool removed, Func<XenstoreTree, XenstoreTree> change)
    {
        Touch(path);
        View = change(View);
        _changes.Add(change);
        _changedPaths.Add((path, removed));
    }

    /// <summary>The live tree with the transaction's changes, or null if something it depends on has changed.</summary>
    public XenstoreTree? Commit(XenstoreTree live)
    {
        foreach ((string path, ulong generation) in _seen)
        {
            if (live.GenerationOf(path) != generation)
                return null;
        }

        foreach (Func<XenstoreTree, XenstoreTree> change in _changes)
            live = change(live);
        return live;
    }
}
