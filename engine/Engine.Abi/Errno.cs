namespace Rebound.Engine.Abi;

/// <summary>Error numbers of hypercalls (public/errno.h). A hypercall returns them negated.</summary>
public static class Errno
{
    public const long EPERM = 1;
    public const long ENOENT = 2;
    public const long ESRCH = 3;
    public const long EINTR = 4;
    public const long EIO = 5;
    public const long E2BIG = 7;
    public const long EAGAIN = 11;
    public const long ENOMEM = 12;
    public const long EACCES = 13;
    public const long EFAULT = 14;
    public const long EBUSY = 16;
    public const long EEXIST = 17;
    public const long ENODEV = 19;
    public const long EINVAL = 22;
    public const long ENOSPC = 28;
    public const long ERANGE = 34;
    public const long ENOSYS = 38;
    public const long ETIME = 62;
    public const long EOPNOTSUPP = 95;
}
