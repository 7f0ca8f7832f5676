using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Exits;

/// <summary>
/// The hypervisor's entry and exit: the owner of a virtual processor alternates <see cref="PrepareEntry"/>, a run of the CPU,
/// and <see cref="Handle"/>.
/// </summary>
public static partial class GuestExits
{
    /// <summary>
    /// Does what an exit of the CPU asks for: a hypercall, a frame for the guest kernel, an emulation, or the domain's end.
    /// </summary>
    public static void Handle(Vcpu vcpu, ExitReason reason)
    {
        vcpu.ReturnsBySysret = false;
        switch (reason)
        {
            case ExitReason.Budget:
            case ExitReason.Stopped:
                return;
            case ExitReason.Syscall:
                OnSyscall(vcpu);
                return;
            default:
                vcpu.Domain.Crash(vcpu, $"{reason} at RIP 0x{Rip(vcpu):x}");
                return;
        }
    }

    /// <summary>
    /// The way back to the guest: delivers a pending NMI or upcall, then loads the registers as SYSRET or IRET would.
    /// To be called before every run, also the first; it does nothing if there is nothing to do.
    /// </summary>
    public static void PrepareEntry(Vcpu vcpu)
    {
        if (vcpu.ReturnsBySysret)
            LeaveBySysret(vcpu);
        vcpu.ReturnsBySysret = false;
        vcpu.Cpu.UpdateMode();
    }

    private static unsafe ulong Rip(Vcpu vcpu) => vcpu.State->Rip;

    private static unsafe void OnSyscall(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        state->Gpr[Register.Rcx] = state->Rip;
        state->Gpr[Register.R11] = state->Flags & ~Rflags.RF;
        vcpu.ReturnsBySysret = true;
        if (vcpu.InKernel)
            HypercallEntry.Run(vcpu);
        else
            vcpu.Domain.Crash(vcpu, $"SYSCALL from user mode at RIP 0x{state->Rip:x}");
    }

    private static unsafe void LeaveBySysret(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        state->Gpr[Register.Rcx] = state->Rip;
        state->Gpr[Register.R11] = state->Flags;
    }
}
