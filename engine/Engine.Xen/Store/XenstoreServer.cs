using System.Globalization;
using System.Text;

namespace Rebound.Engine.Xen.Store;

/// <summary>
/// The store as one domain meets it: requests in, replies and watch events out, no transport. What the control domain's
/// tools and back ends do is in another file of this class, and fires the domain's watches.
/// </summary>
public sealed partial class XenstoreServer
{
    private const int MostWatches = 128;
    private const int MostTransactions = 10;
    private const int MostEvents = 8192;
    private const int MostNodes = 8192;
    private const int LargestValue = 2048;

    private readonly ushort _domain;
    private readonly List<(string Path, string Given, string Token)> _watches = [];
    private readonly Dictionary<uint, XenstoreTransaction> _transactions = [];
    private readonly Queue<XenstoreMessage> _output;
    private uint _lastTransaction;

    /// <param name="domain">The domain that is connected.</param>
    /// <param name="output">Receives replies and watch events, in order.</param>
    public XenstoreServer(ushort domain, Queue<XenstoreMessage> output)
    {
        _domain = domain;
        _output = output;
        Home = HomeOf(domain);
    }

    /// <summary>The live tree.</summary>
    public XenstoreTree Tree { get; private set; } = XenstoreTree.Empty;

    /// <summary>Where the domain's relative paths start.</summary>
    public string Home { get; }

    public static string HomeOf(ushort domain) => $"/local/domain/{domain.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Answers one request.</summary>
    public void Handle(XenstoreMessage request)
    {
        Answer(request);
        DeliverControlEvents();
    }

    private void Answer(XenstoreMessage request)
    {
        XenstoreTransaction? transaction = null;
        if (request.TransactionId != 0 && !_transactions.TryGetValue(request.TransactionId, out transaction))
        {
            Fail(request, XenstoreError.ENOENT);
            return;
        }

        // What a transaction remembers is the host's memory.
        if (transaction is { IsFull: true } && request.Operation != XenstoreOperation.TransactionEnd)
        {
            Fail(request, XenstoreError.ENOSPC);
            return;
        }

        switch (request.Operation)
        {
            case XenstoreOperation.Read: Read(request, transaction); break;
            case XenstoreOperation.Directory: Directory(request, transaction); break;
            case XenstoreOperation.DirectoryPart: DirectoryPart(request, transaction); break;
            case XenstoreOperation.GetPermissions: GetPermissions(request, transaction); break;
            case XenstoreOperation.SetPermissions: SetPermissions(request, transaction); break;
            case XenstoreOperation.Write: Write(request, transaction); break;
            case XenstoreOperation.MakeDirectory: MakeDirectory(request, transaction); break;
            case XenstoreOperation.Remove: Remove(request, transaction); break;
            case XenstoreOperation.Watch: Watch(request); break;
            case XenstoreOperation.Unwatch: Unwatch(request); break;
            case XenstoreOperation.ResetWatches: ResetWatches(request); break;
            case XenstoreOperation.TransactionStart: StartTransaction(request); break;
            case XenstoreOperation.TransactionEnd: EndTransaction(request, transaction); break;
            case XenstoreOperation.GetDomainPath: GetDomainPath(request); break;
            case XenstoreOperation.IsDomainIntroduced: IsIntroduced(request); break;
            case XenstoreOperation.Control or XenstoreOperation.Introduce or XenstoreOperation.Release
                or XenstoreOperation.Resume or XenstoreOperation.SetTarget:
                Fail(request, XenstoreError.EACCES);
                break;
            default: Fail(request, XenstoreError.ENOSYS); break;
        }
    }

    private static byte[] Ascii(string text) => Encoding.Latin1.GetBytes(text);

    private void Succeed(XenstoreMessage request, byte[]? payload = null) => _output.Enqueue(request.Reply(payload ?? "OK\0"u8.ToArray()));

    private void Fail(XenstoreMessage request, XenstoreError error) => _output.Enqueue(XenstoreMessage.Failure(request, error));

    /// <summary>The NUL-terminated strings of a payload, or null if the last one lacks its NUL.</summary>
    private static List<string>? Strings(XenstoreMessage request)
    {
        byte[] payload = request.Payload;
        if (payload.Length == 0 || payload[^1] != 0)
            return null;
        return [.. Encoding.Latin1.GetString(payload, 0, payload.Length - 1).Split('\0')];
    }

    /// <summary>The request's only string as an absolute path; answers with the error if it is none.</summary>
    private bool TryPath(XenstoreMessage request, out string path)
    {
        path = Strings(request) is [var only] ? XenstorePath.Absolute(only, Home) ?? "" : "";
        if (path.Length != 0)
            return true;
        Fail(request, XenstoreError.EINVAL);
        return false;
    }

    /// <summary>The node, if the domain may read it; answers with the error if not.</summary>
    private XenstoreNode? Readable(XenstoreMessage request, XenstoreTransaction? transaction, string path)
    {
        transaction?.Touch(path);
        XenstoreTree tree = transaction?.View ?? Tree;
        XenstoreNode? node = tree.Find(path);
        // A domain that may not read where a missing node would be is not told that it is missing.
        if (node is not null && node.Permissions.MayRead(_domain))
            return node;
        Fail(request, (node ?? tree.NearestTo(path)).Permissions.MayRead(_domain) ? XenstoreError.ENOENT : XenstoreError.EACCES);
        return null;
    }

    private void Read(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (TryPath(request, out string path) && Readable(request, transaction, path) is { } node)
            Succeed(request, node.Value);
    }

    private void Directory(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (!TryPath(request, out string path) || Readable(request, transaction, path) is not { } node)
            return;
        byte[] list = ChildList(node);
        if (list.Length > XenstoreMessage.LargestPayload)
            Fail(request, XenstoreError.E2BIG);
        else
            Succeed(request, list);
    }

    private void DirectoryPart(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (Strings(request) is not [var given, var offsetText]
            || XenstorePath.Absolute(given, Home) is not { } path
            || !int.TryParse(offsetText, NumberStyles.None, CultureInfo.InvariantCulture, out int offset))
        {
            Fail(request, XenstoreError.EINVAL);
            return;
        }

        if (Readable(request, transaction, path) is not { } node)
            return;
        byte[] list = ChildList(node);
        byte[] generation = Ascii(node.Generation.ToString(CultureInfo.InvariantCulture) + "\0");
        byte[] rest = offset < list.Length ? list[offset..] : [];
        int room = XenstoreMessage.LargestPayload - generation.Length - 1;
        bool last = rest.Length <= room;
        if (!last)
            rest = rest[..(Array.LastIndexOf(rest, (byte)0, room - 1) + 1)];
        Succeed(request, last ? [.. generation, .. rest, 0] : [.. generation, .. rest]);
    }

    private static byte[] ChildList(XenstoreNode node) => Ascii(string.Concat(node.Children.Select(name => name + "\0")));

    private void GetPermissions(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (TryPath(request, out string path) && Readable(request, transaction, path) is { } node)
            Succeed(request, Ascii(node.Permissions.ToString()));
    }

    private void SetPermissions(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (Strings(request) is not [var given, .. var texts] || XenstorePath.Absolute(given, Home) is not { } path
            || XenstorePermissions.Parse(texts) is not { } permissions)
        {
            Fail(request, XenstoreError.EINVAL);
            return;
        }

        if (Readable(request, transaction, path) is not { } node)
            return;
        if (node.Permissions.Owner != _domain)
            Fail(request, XenstoreError.EACCES);
        else if (permissions.Owner != _domain)
            Fail(request, XenstoreError.EPERM);
        else
            Change(request, transaction, path, false, tree => tree.SetPermissions(path, permissions));
    }

    private void Write(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        int end = Array.IndexOf(request.Payload, (byte)0);
        if (end < 0 || XenstorePath.Absolute(Encoding.Latin1.GetString(request.Payload, 0, end), Home) is not { } path)
        {
            Fail(request, XenstoreError.EINVAL);
            return;
        }

        byte[] value = request.Payload[(end + 1)..];
        if (value.Length > LargestValue)
            Fail(request, XenstoreError.ENOSPC);
        else if (MayChange(request, transaction, path))
            Change(request, transaction, path, false, tree => tree.Write(path, value, _domain));
    }

    private void MakeDirectory(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (!TryPath(request, out string path))
            return;
        transaction?.Touch(path);
        if ((transaction?.View ?? Tree).Find(path) is not null)
            Succeed(request);
        else if (MayChange(request, transaction, path))
            Change(request, transaction, path, false, tree => tree.Create(path, _domain));
    }

    private void Remove(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (!TryPath(request, out string path))
            return;
        if (path == "/")
        {
            Fail(request, XenstoreError.EINVAL);
            return;
        }

        transaction?.Touch(path);
        XenstoreTree tree = transaction?.View ?? Tree;
        if (tree.Find(path) is not { } node)
        {
            // Removing what is not there is fine as long as it could be there.
            if (tree.Find(XenstorePath.Parent(path)) is null)
                Fail(request, XenstoreError.ENOENT);
            else
                Succeed(request);
        }
        else if (!node.Permissions.MayWrite(_domain))
        {
            Fail(request, XenstoreError.EACCES);
        }
        else
        {
            Change(request, transaction, path, true, t => t.Remove(path));
        }
    }

    /// <summary>Checks the right to write a node or to create it; answers with the error if there is none.</summary>
    private bool MayChange(XenstoreMessage request, XenstoreTransaction? transaction, string path)
    {
        XenstoreTree tree = transaction?.View ?? Tree;
        XenstoreError error = !tree.NearestTo(path).Permissions.MayWrite(_domain) ? XenstoreError.EACCES
            : tree.Count >= MostNodes && tree.Find(path) is null ? XenstoreError.ENOSPC
            : XenstoreError.None;
        if (error != XenstoreError.None)
            Fail(request, error);
        return error == XenstoreError.None;
    }

    private void Change(XenstoreMessage request, XenstoreTransaction? transaction, string path, bool removed, Func<XenstoreTree, XenstoreTree> change)
    {
        if (transaction is not null)
        {
            transaction.Apply(path, removed, change);
            Succeed(request);
            return;
        }

        XenstoreTree before = Tree;
        Tree = change(Tree);
        Succeed(request);
        Fire(path, removed, before);
    }

    private void Watch(XenstoreMessage request)
    {
        if (Strings(request) is not [var given, var token] || WatchPath(given) is not { } path)
        {
            Fail(request, XenstoreError.EINVAL);
            return;
        }

        if (_watches.Exists(watch => watch.Path == path && watch.Token == token))
        {
            Fail(request, XenstoreError.EEXIST);
            return;
        }

        if (_watches.Count >= MostWatches)
        {
            Fail(request, XenstoreError.E2BIG);
            return;
        }

        _watches.Add((path, given, token));
        Succeed(request);
        Notify(given, token);
    }

    private void Unwatch(XenstoreMessage request)
    {
        if (Strings(request) is not [var given, var token] || WatchPath(given) is not { } path)
            Fail(request, XenstoreError.EINVAL);
        else if (_watches.RemoveAll(watch => watch.Path == path && watch.Token == token) == 0)
            Fail(request, XenstoreError.ENOENT);
        else
            Succeed(request);
    }

    /// <summary>Names such as "@releaseDomain" may be watched though they are no nodes.</summary>
    private string? WatchPath(string given) => given.StartsWith('@') ? given : XenstorePath.Absolute(given, Home);

    private void ResetWatches(XenstoreMessage request)
    {
        _watches.Clear();
        _transactions.Clear();
        Succeed(request);
    }

    /// <summary>Fires watches on the path and above it; for a removal also those below.</summary>
    private void Fire(string path, bool removed, XenstoreTree before)
    {
        // A domain hears of what it may read, or could before.
        bool audible = IsReadable(Tree, path) || IsReadable(before, path);
        foreach ((string watched, string given, string token) in _watches)
        {
            if (audible && XenstorePath.IsAtOrBelow(path, watched))
                Notify(given.StartsWith('/') || given.StartsWith('@') ? path : path[(Home.Length + 1)..], token);
            else if (removed && XenstorePath.IsAtOrBelow(watched, path) && IsReadable(before, watched))
                Notify(given, token);
        }

        FireControl(path, removed);
    }

    private bool IsReadable(XenstoreTree tree, string path) => tree.Find(path) is { } node && node.Permissions.MayRead(_domain);

    /// <summary>Queues an event. A domain that lets them pile up loses the newest: they are the host's memory.</summary>
    private void Notify(string path, string token)
    {
        if (_output.Count < MostEvents)
            _output.Enqueue(new XenstoreMessage(XenstoreOperation.WatchEvent, 0, 0, Ascii($"{path}\0{token}\0")));
    }

    private void StartTransaction(XenstoreMessage request)
    {
        if (request.TransactionId != 0)
        {
            Fail(request, XenstoreError.EBUSY);
            return;
        }

        if (_transactions.Count >= MostTransactions)
        {
            Fail(request, XenstoreError.ENOSPC);
            return;
        }

        do
            _lastTransaction++;
        while (_lastTransaction == 0 || _transactions.ContainsKey(_lastTransaction));
        _transactions.Add(_lastTransaction, new XenstoreTransaction(Tree));
        Succeed(request, Ascii(_lastTransaction.ToString(CultureInfo.InvariantCulture) + "\0"));
    }

    private void EndTransaction(XenstoreMessage request, XenstoreTransaction? transaction)
    {
        if (transaction is null)
        {
            Fail(request, XenstoreError.ENOENT);
            return;
        }

        if (Strings(request) is not [("T" or "F") and var verdict])
        {
            Fail(request, XenstoreError.EINVAL);
            return;
        }

        _transactions.Remove(request.TransactionId);
        if (verdict == "F")
        {
            Succeed(request);
            return;
        }

        if (transaction.Commit(Tree) is not { } tree)
        {
            Fail(request, XenstoreError.EAGAIN);
            return;
        }

        XenstoreTree before = Tree;
        Tree = tree;
        Succeed(request);
        foreach ((string path, bool removed) in transaction.ChangedPaths)
            Fire(path, removed, before);
    }

    private void GetDomainPath(XenstoreMessage request)
    {
        if (TryDomain(request, out ushort domain))
            Succeed(request, Ascii(HomeOf(domain) + "\0"));
    }

    private void IsIntroduced(XenstoreMessage request)
    {
        if (TryDomain(request, out ushort domain))
            Succeed(request, Ascii(domain == 0 || domain == _domain ? "T\0" : "F\0"));
    }

    private bool TryDomain(XenstoreMessage request, out ushort domain)
    {
        domain = 0;
        if (Strings(request) is [var text] && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out domain))
            return true;
        Fail(request, XenstoreError.EINVAL);
        return false;
    }
}
