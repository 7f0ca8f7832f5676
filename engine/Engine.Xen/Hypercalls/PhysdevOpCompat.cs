using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>physdev_op_compat(operation): the old form, command and argument in one structure.</summary>
internal sealed class PhysdevOpCompat : IHypercall
{
    private const int ArgumentOffset = 8;

    public int Number => HypercallNumber.PhysdevOpCompat;

    public string Name => "physdev_op_compat";

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "set_iopl only: there are no physical devices";

    public long Execute(in HypercallContext call)
    {
        if (!call.Guest.TryRead32(call.Arg0, out uint command))
            return -Errno.EFAULT;
        return command == PhysdevCommand.SetIopl
            ? PhysdevOp.SetIopl(call, call.Arg0 + ArgumentOffset)
            : SubCalls.Unknown(call, Name, command);
    }
}
