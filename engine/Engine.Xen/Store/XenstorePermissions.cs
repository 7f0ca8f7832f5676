using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Rebound.Engine.Xen.Store;

/// <summary>
/// Who may do what with a node. The first entry names the owner, who may do everything; its letter is what all others may do
/// unless an entry of their own says otherwise. Letters: n nothing, r read, w write, b both.
/// </summary>
public sealed record XenstorePermissions(ImmutableArray<(char Access, ushort Domain)> Entries)
{
    public ushort Owner => Entries[0].Domain;

    /// <summary>Only the owner (and the control domain) may use the node.</summary>
    public static XenstorePermissions OwnedBy(ushort domain) => new([('n', domain)]);

    /// <summary>The control domain owns the node; <paramref name="domain"/> may read it.</summary>
    public static XenstorePermissions ReadableBy(ushort domain) => new([('n', 0), ('r', domain)]);

    /// <summary>The same rights in the hands of another owner: what a new node gets from its parent.</summary>
    public XenstorePermissions WithOwner(ushort domain) => new(Entries.SetItem(0, (Entries[0].Access, domain)));

    public bool MayRead(ushort domain) => Access(domain) is 'r' or 'b';

    public bool MayWrite(ushort domain) => Access(domain) is 'w' or 'b';

    /// <summary>Parses "n0\0r1\0"; null if it is malformed.</summary>
    public static XenstorePermissions? Parse(IReadOnlyList<string> texts)
    {
        var entries = ImmutableArray.CreateBuilder<(char, ushort)>();
        foreach (string text in texts)
        {
            if (text.Length < 2 || text[0] is not ('n' or 'r' or 'w' or 'b'))
                return null;
            if (!ushort.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort domain))
                return null;
            entries.Add((text[0], domain));
        }

        return entries.Count == 0 ? null : new XenstorePermissions(entries.ToImmutable());
    }

    /// <summary>The wire form: every entry with its NUL.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((char access, ushort domain) in Entries)
            text.Append(CultureInfo.InvariantCulture, $"{access}{domain}\0");
        return text.ToString();
    }

    private char Access(ushort domain)
    {
        if (domain == 0 || domain == Owner)
            return 'b';
        for (int i = 1; i < Entries.Length; i++)
        {
            if (Entries[i].Domain == domain)
                return Entries[i].Access;
        }

        return Entries[0].Access;
    }
}
