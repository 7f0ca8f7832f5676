namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>One call: who makes it and the argument registers rdi, rsi, rdx, r10, r8, r9 in that order.</summary>
public readonly record struct HypercallContext(
    Vcpu Vcpu, ulong Number, ulong Arg0, ulong Arg1, ulong Arg2, ulong Arg3, ulong Arg4, ulong Arg5)
{
    public Domain Domain => Vcpu.Domain;

    /// <summary>The caller's memory.</summary>
    public GuestAccess Guest => Vcpu.Guest;

    /// <summary>True if the call is an entry of a multicall.</summary>
    public bool InMulticall => Restart is not null;

    /// <summary>Where an entry of a multicall says that it is not done yet; null outside.</summary>
    public MulticallRestart? Restart { get; init; }

    /// <summary>Address behind the SYSCALL instruction.</summary>
    public unsafe ulong Rip => Vcpu.State->Rip;
}
