using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>platform_op: for the control domain.</summary>
internal sealed class PlatformOp : RefusedCall
{
    public PlatformOp()
        : base(HypercallNumber.PlatformOp, "platform_op", Errno.EPERM, "only the control domain may manage the platform")
    {
    }
}

/// <summary>sysctl: for the control domain.</summary>
internal sealed class Sysctl : RefusedCall
{
    public Sysctl()
        : base(HypercallNumber.Sysctl, "sysctl", Errno.EPERM, "only the control domain may manage the host")
    {
    }
}

/// <summary>domctl: for the control domain.</summary>
internal sealed class Domctl : RefusedCall
{
    public Domctl()
        : base(HypercallNumber.Domctl, "domctl", Errno.EPERM, "only the control domain may manage domains")
    {
    }
}

/// <summary>kexec_op: for the control domain.</summary>
internal sealed class KexecOp : RefusedCall
{
    public KexecOp()
        : base(HypercallNumber.KexecOp, "kexec_op", Errno.EPERM, "only the control domain may load a crash kernel")
    {
    }
}

/// <summary>xenpmu_op: performance counters.</summary>
internal sealed class XenPmuOp : RefusedCall
{
    public XenPmuOp()
        : base(HypercallNumber.XenPmuOp, "xenpmu_op", Errno.EOPNOTSUPP, "no performance counters, as on a Xen without its option vpmu")
    {
    }

    public override XenRelease Since => new(4, 6);
}

/// <summary>hvm_op: for guests with hardware virtualisation.</summary>
internal sealed class HvmOp : RefusedCall
{
    public HvmOp()
        : base(HypercallNumber.HvmOp, "hvm_op", Errno.ENOSYS, "not for paravirtualised guests")
    {
    }
}
