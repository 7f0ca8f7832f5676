using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Releases;

/// <summary>What the hypervisor offers to a guest: everything up to one release. Apart from how it behaves (<see cref="ReleaseProfile"/>).</summary>
/// <param name="Name">For messages.</param>
/// <param name="Level">The release up to which interfaces exist.</param>
public sealed record InterfaceSet(string Name, XenRelease Level)
{
    /// <summary>Everything there is.</summary>
    public static InterfaceSet Current { get; } = new("the current interface set", new XenRelease(4, 17, 7));

    /// <summary>Exactly what the profile's release had.</summary>
    public static InterfaceSet StrictFor(ReleaseProfile profile) => new($"the interfaces of {profile.Name}", profile.Version);

    public bool Offers(XenRelease since) => since <= Level;
}
