using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>physdev_op_compat(operation): the old form, command and argument in one structure.</summary>
internal sealed class PhysdevOpCompat : IHypercall
{
    private const int ArgumentOffset = 8;

    public int Number => HypercallNumber.PhysdevOpCompat;

    public string Name => "physdev_op_compat";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        if (!call.Guest.TryRead32(call.Arg0, out uint command))
            return -Errno.EFAULT;
        return command is >= PhysdevCommand.IrqStatusQuery and <= PhysdevCommand.AllocIrqVector
            ? PhysdevOp.Run(call, Name, command, call.Arg0 + ArgumentOffset)
            : SubCalls.Unknown(call, Name, command);
    }
}
