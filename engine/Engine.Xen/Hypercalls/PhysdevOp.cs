using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>physdev_op(cmd, arg): of the physical devices a domU has only its virtual I/O privilege level.</summary>
internal sealed class PhysdevOp : IHypercall
{
    public int Number => HypercallNumber.PhysdevOp;

    public string Name => "physdev_op";

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "set_iopl only: there are no physical devices";

    public XenRelease Since => new(3, 0, 3);

    public long Execute(in HypercallContext call) => (uint)call.Arg0 == PhysdevCommand.SetIopl
        ? SetIopl(call, call.Arg1)
        : SubCalls.Unknown(call, Name, call.Arg0);

    /// <summary>Reads the level (u32) and sets it.</summary>
    internal static long SetIopl(in HypercallContext call, ulong argument)
    {
        if (!call.Guest.TryRead32(argument, out uint level))
            return -Errno.EFAULT;
        if (level > 3)
            return -Errno.EINVAL;
        call.Vcpu.VirtualIopl = (int)level;
        return 0;
    }
}
