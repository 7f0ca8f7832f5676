using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>fpu_taskswitch(set): sets or clears the virtual CR0.TS.</summary>
internal sealed class FpuTaskSwitch : IHypercall
{
    public int Number => HypercallNumber.FpuTaskSwitch;

    public string Name => "fpu_taskswitch";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        call.Vcpu.TaskSwitched = call.Arg0 != 0;
        return 0;
    }
}
