using System.Collections.Immutable;

namespace Rebound.Engine.Xen.Store;

/// <summary>
/// The nodes of a store as an immutable map from absolute path to node. Changing operations give a new tree, so a snapshot
/// costs nothing and a transaction that ends badly leaves no trace.
/// </summary>
public sealed class XenstoreTree
{
    private readonly ImmutableDictionary<string, XenstoreNode> _nodes;
    private readonly ulong _generation;

    private XenstoreTree(ImmutableDictionary<string, XenstoreNode> nodes, ulong generation)
    {
        _nodes = nodes;
        _generation = generation;
    }

    /// <summary>A store with the root alone, which the control domain owns and everybody may read.</summary>
    public static XenstoreTree Empty { get; } = new(
        ImmutableDictionary.Create<string, XenstoreNode>(StringComparer.Ordinal).Add("/", new XenstoreNode([], new XenstorePermissions([('r', 0)]), NoChildren, 1)),
        1);

    public int Count => _nodes.Count;

    private static ImmutableSortedSet<string> NoChildren => ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The node at an absolute path, or null.</summary>
    public XenstoreNode? Find(string path) => _nodes.GetValueOrDefault(path);

    /// <summary>The node's generation; 0 if there is none.</summary>
    public ulong GenerationOf(string path) => Find(path)?.Generation ?? 0;

    /// <summary>The nearest node at the path or above it.</summary>
    public XenstoreNode NearestTo(string path)
    {
        while (true)
        {
            if (Find(path) is { } node)
                return node;
            path = XenstorePath.Parent(path);
        }
    }

    /// <summary>Gives a node a value; creates it and missing ancestors in the name of <paramref name="domain"/>.</summary>
    public XenstoreTree Write(string path, byte[] value, ushort domain)
    {
        XenstoreTree tree = Create(path, domain);
        return tree.Put(path, tree._nodes[path] with { Value = value });
    }

    /// <summary>Makes sure that a node exists.</summary>
    public XenstoreTree Create(string path, ushort domain)
    {
        if (_nodes.ContainsKey(path))
            return this;
        string parentPath = XenstorePath.Parent(path);
        XenstoreTree tree = Create(parentPath, domain);
        XenstoreNode parent = tree._nodes[parentPath];
        XenstorePermissions permissions = domain == 0 ? parent.Permissions : parent.Permissions.WithOwner(domain);
        return tree.Put(parentPath, parent with { Children = parent.Children.Add(XenstorePath.Name(path)) })
            .Put(path, new XenstoreNode([], permissions, NoChildren, 0));
    }

    /// <summary>Removes a node and all below it. The root stays.</summary>
    public XenstoreTree Remove(string path)
    {
        if (path == "/" || Find(path) is not { } node)
            return this;
        XenstoreTree tree = this;
        foreach (string child in node.Children)
            tree = tree.Remove(XenstorePath.Child(path, child));
        string parentPath = XenstorePath.Parent(path);
        XenstoreNode parent = tree._nodes[parentPath];
        tree = new XenstoreTree(tree._nodes.Remove(path), tree._generation);
        return tree.Put(parentPath, parent with { Children = parent.Children.Remove(XenstorePath.Name(path)) });
    }

    public XenstoreTree SetPermissions(string path, XenstorePermissions permissions) =>
        Find(path) is { } node ? Put(path, node with { Permissions = permissions }) : this;

    private XenstoreTree Put(string path, XenstoreNode node) =>
        new(_nodes.SetItem(path, node with { Generation = _generation + 1 }), _generation + 1);
}
