namespace Rebound.Engine.Xen.Store;

/// <summary>Rules for xenstore paths (docs/misc/xenstore.txt).</summary>
public static class XenstorePath
{
    public const int LongestAbsolute = 3072;
    public const int LongestRelative = 2048;

    /// <summary>The absolute form of a path that a domain gave, or null if it breaks the rules.</summary>
    /// <param name="path">As the domain wrote it, without NUL.</param>
    /// <param name="home">"/local/domain/N", which relative paths start from.</param>
    public static string? Absolute(string path, string home)
    {
        bool relative = !path.StartsWith('/');
        if (path.Length == 0 || path.Length > (relative ? LongestRelative : LongestAbsolute) || !HasValidCharacters(path))
            return null;
        if (path.Contains("//", StringComparison.Ordinal) || (path.Length > 1 && path.EndsWith('/')))
            return null;
        return relative ? $"{home}/{path}" : path;
    }

    /// <summary>The parent of an absolute path other than "/".</summary>
    public static string Parent(string path)
    {
        int slash = path.LastIndexOf('/');
        return slash <= 0 ? "/" : path[..slash];
    }

    /// <summary>The last component.</summary>
    public static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>A node's child.</summary>
    public static string Child(string path, string name) => path == "/" ? $"/{name}" : $"{path}/{name}";

    /// <summary>True if <paramref name="path"/> is <paramref name="ancestor"/> or lies below it.</summary>
    public static bool IsAtOrBelow(string path, string ancestor) =>
        ancestor == "/" || (path.StartsWith(ancestor, StringComparison.Ordinal) && (path.Length == ancestor.Length || path[ancestor.Length] == '/'));

    private static bool HasValidCharacters(string path)
    {
        foreach (char c in path)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '/' or '_' or '@'))
                return false;
        }

        return true;
    }
}
