using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>set_callbacks(event, failsafe, syscall): the old form of callback_op.</summary>
internal sealed class SetCallbacks : IHypercall
{
    public int Number => HypercallNumber.SetCallbacks;

    public string Name => "set_callbacks";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        call.Vcpu.EventCallback = new Callback(call.Arg0, MasksEvents: true);
        call.Vcpu.FailsafeCallback = new Callback(call.Arg1, MasksEvents: false);
        call.Vcpu.SyscallCallback = new Callback(call.Arg2, MasksEvents: false);
        return 0;
    }
}
