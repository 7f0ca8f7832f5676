using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

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

/// <summary>hypfs_op: the hypervisor's own settings.</summary>
internal sealed class HypfsOp : RefusedCall
{
    public HypfsOp()
        : base(HypercallNumber.HypfsOp, "hypfs_op", Errno.EPERM, "only the control domain may see the hypervisor's settings")
    {
    }

    public override XenRelease Since => new(4, 14);
}
