using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Exits;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>
/// A long hypercall in stretches, as Xen preempts it: the guest returns to its SYSCALL instruction with the arguments of what is left.
/// In between, limits and stop requests take effect.
/// </summary>
internal static unsafe class Continuation
{
    private const int SyscallLength = 2;

    /// <summary>Sets the first two arguments for the next stretch.</summary>
    /// <returns>What the hypercall returns: its own number, which the repeated SYSCALL needs in rax. Inside a multicall -E2BIG.</returns>
    public static long Create(in HypercallContext call, ulong arg0, ulong arg1)
    {
        if (call.InMulticall)
            return -Errno.E2BIG;
        Jit.Cpu.CpuState* state = call.Vcpu.State;
        state->Gpr[Register.Rdi] = arg0;
        state->Gpr[Register.Rsi] = arg1;
        state->Rip -= SyscallLength;
        return (long)call.Number;
    }
}
