namespace Rebound.Engine.Xen.Store;

/// <summary>Errors of the xenstore protocol. They travel as their names, so the names are part of the protocol.</summary>
public enum XenstoreError
{
    None,
    EINVAL,
    EACCES,
    EEXIST,
    ENOENT,
    ENOSPC,
    ENOSYS,
    EBUSY,
    EAGAIN,
    E2BIG,
    EPERM,
}
