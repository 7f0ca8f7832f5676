using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Emulation;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>get_debugreg(reg): returns the value, or -ENODEV.</summary>
internal sealed class GetDebugReg : IHypercall
{
    public int Number => HypercallNumber.GetDebugReg;

    public string Name => "get_debugreg";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        int number = call.Arg0 < 8 ? GuestDebugRegisters.Resolve(call.Vcpu, (int)call.Arg0) : -1;
        return number < 0 ? -Errno.ENODEV : (long)call.Vcpu.DebugRegisters[number];
    }
}
