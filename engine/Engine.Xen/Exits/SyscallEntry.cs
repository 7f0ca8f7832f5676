using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Hypercalls;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Exits;

/// <summary>SYSCALL: a hypercall of the guest kernel, or a system call of guest user code that the guest kernel receives as a frame.</summary>
internal static unsafe class SyscallEntry
{
    private const int SyscallLength = 2;

    /// <summary>RIP is behind the instruction; rcx and r11 are still the guest's.</summary>
    public static void Run(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        ReleaseProfile profile = vcpu.Domain.Profile;

        // SYSCALL completes, which clears RF before it saves the flags.
        ulong flags = vcpu.SavedFlags & ~Rflags.RF;
        vcpu.SavedFlags = flags;
        (ulong Rcx, ulong R11) hardware = (state->Rip, flags);
        if (profile.SavedRcx == SavedRcx.Rip)
            state->Gpr[Register.Rcx] = hardware.Rcx;
        state->Gpr[Register.R11] = profile.SavedR11 switch
        {
            SavedR11.Rflags => hardware.R11,
            SavedR11.SyscallEnterAddress => profile.SyscallEnterAddress,
            _ => state->Gpr[Register.R11],
        };
        state->Cs = Selectors.Code64;
        state->Ss = Selectors.Stack;
        vcpu.ReturnsBySysret = true;
        if (vcpu.InKernel)
            Hypercall(vcpu);
        else
            SystemCall(vcpu, hardware);
    }

    private static void SystemCall(Vcpu vcpu, (ulong Rcx, ulong R11) hardware)
    {
        Callback callback = vcpu.SyscallCallback;
        if (callback.Address != 0)
        {
            BounceFrame.Push(vcpu, new FrameRequest(FrameKind.Syscall, 0, callback.Address, callback.MasksEvents) { Hardware = hardware });
            return;
        }

        if (vcpu.Domain.Profile.MissingSyscallCallback == MissingSyscallCallback.CrashDomain)
        {
            vcpu.Domain.Crash(vcpu, $"SYSCALL from user mode at RIP 0x{vcpu.State->Rip - SyscallLength:x}: the guest has registered no syscall callback");
            return;
        }

        vcpu.State->Rip -= SyscallLength;
        TrapDispatch.Inject(vcpu, ExceptionVector.InvalidOpcode);
        AfterRefusedSyscall(vcpu);
    }

    /// <summary>The path of a refused SYSCALL joins the other one behind the frame, so that the handler's flags suffer the same.</summary>
    private static void AfterRefusedSyscall(Vcpu vcpu)
    {
        if (!vcpu.Domain.IsDown && vcpu.Domain.Profile.SyscallHandlerFlags == SyscallHandlerFlags.AndedWithStackPointer)
            vcpu.SavedFlags &= (uint)vcpu.State->Gpr[Register.Rsp];
    }

    private static void Hypercall(Vcpu vcpu)
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
