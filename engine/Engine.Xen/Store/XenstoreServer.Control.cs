using System.Text;

namespace Rebound.Engine.Xen.Store;

/// <content>The store as the control domain uses it: tools and back ends. Nothing is forbidden to it.</content>
public sealed partial class XenstoreServer
{
    private readonly List<(string Path, Action Changed)> _controlWatches = [];
    private readonly Queue<Action> _controlEvents = new();
    private bool _delivering;

    /// <summary>Writes a node, with permissions if given.</summary>
    public void Write(string path, string value, XenstorePermissions? permissions = null)
    {
        XenstoreTree before = Tree;
        Tree = Tree.Write(path, Encoding.ASCII.GetBytes(value), 0);
        if (permissions is not null)
            Tree = Tree.SetPermissions(path, permissions);
        Fire(path, false, before);
        DeliverControlEvents();
    }

    /// <summary>A node's value, or null if there is no such node. A byte that is not ASCII comes as the Latin-1 character of its number.</summary>
    public string? Read(string path) => Tree.Find(path) is { } node ? Encoding.Latin1.GetString(node.Value) : null;

    /// <summary>
    /// Calls back after each change of a node at or below the path, or of one above it that takes it away. The callback may use the store; it is
    /// called when the change, or the whole transaction, is complete.
    /// </summary>
    public void Watch(string path, Action onChange) => _controlWatches.Add((path, onChange));

    private void FireControl(string path, bool removed)
    {
        foreach ((string watched, Action changed) in _controlWatches)
        {
            if (XenstorePath.IsAtOrBelow(path, watched) || (removed && XenstorePath.IsAtOrBelow(watched, path)))
                _controlEvents.Enqueue(changed);
        }
    }

    /// <summary>Calls the callbacks, one after the other also when they cause events themselves.</summary>
    private void DeliverControlEvents()
    {
        if (_delivering)
            return;
        _delivering = true;
        while (_controlEvents.TryDequeue(out Action? changed))
            changed();
        _delivering = false;
    }
}
