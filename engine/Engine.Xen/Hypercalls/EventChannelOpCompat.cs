using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>event_channel_op_compat(op): the old form, with the command in the argument's first word.</summary>
internal sealed class EventChannelOpCompat : IHypercall
{
    private const ulong UnionOffset = 4;

    public int Number => HypercallNumber.EventChannelOpCompat;

    public string Name => "event_channel_op_compat";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call) =>
        call.Guest.TryRead32(call.Arg0, out uint command)
            ? EventChannelOp.Run(call, Name, command, call.Arg0 + UnionOffset)
            : -Errno.EFAULT;
}
