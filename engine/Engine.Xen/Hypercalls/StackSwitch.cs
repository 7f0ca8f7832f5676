using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>stack_switch(ss, rsp): the stack on which the guest kernel is entered from user mode.</summary>
internal sealed class StackSwitch : IHypercall
{
    public int Number => HypercallNumber.StackSwitch;

    public string Name => "stack_switch";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        call.Vcpu.KernelSs = (ushort)(call.Arg0 | 3);
        call.Vcpu.KernelSp = call.Arg1;
        return 0;
    }
}
