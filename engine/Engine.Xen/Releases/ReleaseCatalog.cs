namespace Rebound.Engine.Xen.Releases;

/// <summary>The releases the engine can be, one file each.</summary>
public static partial class ReleaseCatalog
{
    /// <summary>Name of the release used where none is asked for.</summary>
    public const string DefaultName = "xen-4.17";

    /// <summary>All releases, oldest first.</summary>
    public static IReadOnlyList<ReleaseProfile> All => [Xen304, Xen310, Xen311, Xen312, Xen417];

    /// <summary>The release with that name; null if there is none.</summary>
    public static ReleaseProfile? Find(string name) =>
        All.FirstOrDefault(profile => string.Equals(profile.Name, name, StringComparison.Ordinal));
}
