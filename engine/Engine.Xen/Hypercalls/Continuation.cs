using Rebound.Engine.Xen.Exits;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>What is left of an entry of a multicall that is to go on later: its arguments then.</summary>
public sealed class MulticallRestart
{
    /// <summary>The first arguments for the next stretch; empty if the entry is done.</summary>
    public ulong[] Arguments { get; set; } = [];
}

/// <summary>
/// A long hypercall in stretches, as Xen preempts it: the guest returns to its SYSCALL instruction with the arguments of what is left.
/// In between, limits and stop requests take effect.
/// </summary>
internal static unsafe class Continuation
{
    private const int SyscallLength = 2;

    private static ReadOnlySpan<int> Registers => [Register.Rdi, Register.Rsi, Register.Rdx, Register.R10, Register.R8];

    /// <summary>Sets the first arguments for the next stretch.</summary>
    /// <returns>
    /// What the hypercall returns: its own number, which the repeated SYSCALL needs in rax. Inside a multicall nobody sees it: the entry is
    /// written back with these arguments, and the multicall goes on with it.
    /// </returns>
    public static long Create(in HypercallContext call, params ReadOnlySpan<ulong> arguments)
    {
        if (call.Restart is { } restart)
        {
            restart.Arguments = arguments.ToArray();
            return (long)call.Number;
        }

        Jit.Cpu.CpuState* state = call.Vcpu.State;
        for (int i = 0; i < arguments.Length; i++)
            state->Gpr[Registers[i]] = arguments[i];
        state->Rip -= SyscallLength;
        return (long)call.Number;
    }
}
