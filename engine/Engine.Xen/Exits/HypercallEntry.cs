using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Hypercalls;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Exits;

/// <summary>Takes a hypercall from the registers of the guest kernel and puts its result there.</summary>
internal static unsafe class HypercallEntry
{
    public static void Run(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        ulong number = state->Gpr[Register.Rax];
        if (vcpu.Domain.Profile.HypercallNumberWraps)
            number %= HypercallNumber.Count;
        var call = new HypercallContext(
            vcpu,
            number,
            state->Gpr[Register.Rdi],
            state->Gpr[Register.Rsi],
            state->Gpr[Register.Rdx],
            state->Gpr[Register.R10],
            state->Gpr[Register.R8],
            state->Gpr[Register.R9]);
        state->Gpr[Register.Rax] = (ulong)vcpu.Domain.Hypercalls.Dispatch(call);
    }
}
