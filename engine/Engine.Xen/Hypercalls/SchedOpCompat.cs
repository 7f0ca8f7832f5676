using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>sched_op_compat(cmd, arg): the old form, with the argument as a number.</summary>
internal sealed class SchedOpCompat : IHypercall
{
    public int Number => HypercallNumber.SchedOpCompat;

    public string Name => "sched_op_compat";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call) => (SchedCommand)(uint)call.Arg0 switch
    {
        SchedCommand.Yield => 0,
        SchedCommand.Block => SchedOp.Block(call),
        SchedCommand.Shutdown => SchedOp.Shutdown(call, (uint)call.Arg1),
        _ => SubCalls.Unknown(call, Name, call.Arg0),
    };
}
