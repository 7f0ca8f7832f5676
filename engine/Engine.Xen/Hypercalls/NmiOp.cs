using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>nmi_op(cmd, arg): registers the NMI callback, the form before callback_op.</summary>
internal sealed class NmiOp : IHypercall
{
    private const uint RegisterCommand = 0;
    private const uint UnregisterCommand = 1;

    public int Number => HypercallNumber.NmiOp;

    public string Name => "nmi_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call) => (uint)call.Arg0 switch
    {
        RegisterCommand => call.Guest.TryRead64(call.Arg1, out ulong handler) ? NmiCallback.Register(call.Vcpu, handler) : -Errno.EFAULT,
        UnregisterCommand => NmiCallback.Unregister(call.Vcpu),
        _ => SubCalls.Unknown(call, Name, call.Arg0),
    };
}
