using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen;

/// <summary>Which domain a guest names by a number. There are the guest itself, the control domain, and no others.</summary>
internal enum DomainReference
{
    Self,

    /// <summary>Exists, but a domU has no rights over it.</summary>
    Control,
    None,
}

/// <summary>How hypercalls look domains up.</summary>
internal static class DomainReferences
{
    /// <summary>Where DOMID_SELF names the caller (rcu_lock_domain_by_any_id).</summary>
    public static DomainReference Named(this Domain caller, ushort id) => id == DomainId.Self ? DomainReference.Self : caller.NamedByNumber(id);

    /// <summary>Where only a real number names a domain (rcu_lock_domain_by_id).</summary>
    public static DomainReference NamedByNumber(this Domain caller, ushort id) =>
        id == caller.Id ? DomainReference.Self : id == DomainId.Control ? DomainReference.Control : DomainReference.None;

    /// <summary>0 for the caller itself; -EPERM for the control domain, -ESRCH for others: what a hypercall answers that acts on a domain.</summary>
    public static long Refusal(this DomainReference reference) => reference switch
    {
        DomainReference.Self => 0,
        DomainReference.Control => -Errno.EPERM,
        _ => -Errno.ESRCH,
    };
}
