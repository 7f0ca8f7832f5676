using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Emulation;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>set_debugreg(reg, value).</summary>
internal sealed class SetDebugReg : IHypercall
{
    public int Number => HypercallNumber.SetDebugReg;

    public string Name => "set_debugreg";

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "values are checked and kept, breakpoints do not fire";

    public long Execute(in HypercallContext call) =>
        call.Arg0 < 8 ? DebugRegisters.Set(call.Vcpu, (int)call.Arg0, call.Arg1) : -Errno.ENODEV;
}
