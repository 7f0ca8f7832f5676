using System.Collections.Immutable;

namespace Rebound.Engine.Xen.Store;

/// <summary>A node of the store; immutable, so that a transaction can keep the tree it started with.</summary>
/// <param name="Value">Its bytes; not to be changed.</param>
/// <param name="Permissions">Who may use it.</param>
/// <param name="Children">Names of its children, in ordinal order.</param>
/// <param name="Generation">Grows with each change of the node or its list of children.</param>
public sealed record XenstoreNode(byte[] Value, XenstorePermissions Permissions, ImmutableSortedSet<string> Children, ulong Generation);
