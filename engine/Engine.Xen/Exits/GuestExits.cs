using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Exits;

/// <summary>
/// The hypervisor's entry and exit: the owner of a virtual processor alternates <see cref="PrepareEntry"/>, a run of the CPU,
/// and <see cref="Handle"/>.
/// </summary>
public static unsafe class GuestExits
{
    /// <summary>Frames on one way back to the guest: an NMI, an event and a fault of each return are a handful.</summary>
    private const int MaximumRounds = 32;

    /// <summary>
    /// Does what an exit of the CPU asks for: a hypercall, a frame for the guest kernel, an emulation, or the domain's end.
    /// The registers are then those of the guest as Xen has them saved; <see cref="PrepareEntry"/> loads them.
    /// </summary>
    public static void Handle(Vcpu vcpu, ExitReason reason)
    {
        CpuState* state = vcpu.State;
        vcpu.ReturnsBySysret = false;
        switch (reason)
        {
            case ExitReason.Budget:
            case ExitReason.Stopped:
                break;
            case ExitReason.Syscall:
                SyscallEntry.Run(vcpu);
                break;
            case ExitReason.Exception:
                TrapDispatch.OnException(vcpu);
                break;
            case ExitReason.SoftwareInterrupt:
                TrapDispatch.OnSoftwareInterrupt(vcpu);
                break;
            case ExitReason.Sysenter:
                // As on the AMD processors that the CPUID model describes: not an instruction in long mode.
                TrapDispatch.InjectFault(vcpu, ExceptionVector.InvalidOpcode, null);
                break;
            case ExitReason.Unsupported:
                vcpu.Domain.Crash(vcpu, $"unsupported instruction at RIP 0x{state->Rip:x}: {InstructionText.At(vcpu, state->Rip)}");
                break;
            default:
                vcpu.Domain.Crash(vcpu, $"the processor stopped with {reason} at RIP 0x{state->Rip:x}");
                break;
        }
    }

    /// <summary>
    /// The way back to the guest: delivers a pending NMI or upcall, then loads the registers as SYSRET or IRET would.
    /// To be called before every run, also the first. The domain may be down afterwards; then there is nothing to run.
    /// </summary>
    public static void PrepareEntry(Vcpu vcpu)
    {
        int rounds = 0;
        do
        {
            if (++rounds > MaximumRounds)
            {
                vcpu.Domain.Crash(vcpu, $"every return to the guest faults, last to RIP 0x{vcpu.State->Rip:x}");
                return;
            }

            if (vcpu.NmiPending && !vcpu.NmiMasked && vcpu.TrapTable[ExceptionVector.Nmi].Address != 0)
            {
                vcpu.NmiPending = false;
                vcpu.NmiMasked = true;
                BounceFrame.Push(
                    vcpu, new FrameRequest(FrameKind.Nmi, ExceptionVector.Nmi, vcpu.TrapTable[ExceptionVector.Nmi].Address, MasksEvents: true));
            }

            if (!vcpu.Domain.IsDown && vcpu.Info.NeedsUpcall)
                BounceFrame.Push(vcpu, new FrameRequest(FrameKind.Event, 0, vcpu.EventCallback.Address, MasksEvents: true));
        }
        while (!vcpu.Domain.IsDown && !GuestReturn.TryLeave(vcpu));
    }
}
