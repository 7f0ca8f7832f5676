using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Emulation;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>set_debugreg(reg, value).</summary>
internal sealed class SetDebugReg : IHypercall
{
    public int Number => HypercallNumber.SetDebugReg;

    public string Name => "set_debugreg";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call) =>
        call.Arg0 < 8 ? GuestDebugRegisters.Set(call.Vcpu, (int)call.Arg0, call.Arg1) : -Errno.ENODEV;
}
