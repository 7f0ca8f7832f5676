using Rebound.Engine.Xen.Emulation;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Exits;

/// <summary>Exceptions and software interrupts of guest code: emulated, or handed to the guest's trap table.</summary>
internal static unsafe class TrapDispatch
{
    private const byte Int80 = 0x80;

    /// <summary>An exception that the CPU raised.</summary>
    public static void OnException(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        byte vector = state->ExitVector;
        uint code = state->ExitErrorCode;
        switch (vector)
        {
            case ExceptionVector.Debug:
                GuestDebugRegisters.TakeStatus(vcpu);
                Inject(vcpu, vector);
                return;
            case ExceptionVector.Breakpoint or ExceptionVector.Overflow:
                Inject(vcpu, vector);
                return;
            case ExceptionVector.InvalidOpcode when ForcedEmulation.TryCpuid(vcpu):
                return;
            case ExceptionVector.GeneralProtection when code == 0 && PrivilegedOps.TryEmulate(vcpu):
                return;
            case ExceptionVector.PageFault:
                if (!PageTableWrites.TryEmulate(vcpu, state->FaultAddress, code))
                    InjectPageFault(vcpu, state->FaultAddress, code);
                return;
            case ExceptionVector.DeviceNotAvailable:
                InjectFault(vcpu, vector, null);
                vcpu.TaskSwitched = false;
                return;
            default:
                InjectFault(vcpu, vector, state->ExitHasErrorCode ? code : null);
                return;
        }
    }

    /// <summary>INT n or INT3; RIP is behind the instruction.</summary>
    public static void OnSoftwareInterrupt(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        byte vector = state->ExitVector;
        TrapGate gate = vcpu.TrapTable[vector];
        vcpu.SavedFlags &= ~Rflags.RF;
        switch (vector)
        {
            case ExceptionVector.Breakpoint or ExceptionVector.Overflow:
                Inject(vcpu, vector);
                return;
            case Int80 when gate.Address != 0:
                // Xen's own gate leads straight to the frame.
                InjectInterrupt(vcpu, vector, gate);
                return;
        }

        // All other gates are closed to ring 3, so that the processor raises #GP at the instruction and Xen looks at the guest's table.
        if (vector != Int80)
            vcpu.SavedFlags |= Rflags.RF;
        if (gate.Dpl >= (vcpu.InKernel ? 1 : 3))
        {
            InjectInterrupt(vcpu, vector, gate);
            return;
        }

        state->Rip -= 2;
        Inject(vcpu, ExceptionVector.GeneralProtection, ((uint)vector << 3) | 2);
    }

    /// <summary>A fault: as <see cref="Inject"/>, with RF in the saved flags as the processor sets it.</summary>
    public static void InjectFault(Vcpu vcpu, byte vector, uint? errorCode)
    {
        vcpu.SavedFlags |= Rflags.RF;
        Inject(vcpu, vector, errorCode);
    }

    /// <summary>#PF: the user bit tells the guest's modes apart, the address goes to vcpu_info.</summary>
    public static void InjectPageFault(Vcpu vcpu, ulong address, uint code)
    {
        code = vcpu.InKernel ? code & ~PageFaultCode.User : code | PageFaultCode.User;
        vcpu.Info.Cr2 = address;
        vcpu.State->Cr2 = address;
        InjectFault(vcpu, ExceptionVector.PageFault, code);
    }

    /// <summary>
    /// The end of an instruction that Xen has carried out for the guest, RIP being behind it: RF is over, and the traps that follow an instruction come.
    /// </summary>
    /// <param name="vcpu">Whose instruction it was.</param>
    /// <param name="metBreakpoint">It met a breakpoint, which is in DR6 already.</param>
    public static void Complete(Vcpu vcpu, bool metBreakpoint = false)
    {
        vcpu.SavedFlags &= ~Rflags.RF;
        if ((vcpu.SavedFlags & Rflags.TF) != 0)
            InjectDebugStep(vcpu);
        else if (metBreakpoint)
            Inject(vcpu, ExceptionVector.Debug);
    }

    /// <summary>#DB of a single step; RIP is the next instruction.</summary>
    public static void InjectDebugStep(Vcpu vcpu)
    {
        GuestDebugRegisters.ReportStep(vcpu);
        Inject(vcpu, ExceptionVector.Debug);
    }

    /// <summary>Enters the guest's handler of an exception; none crashes the domain.</summary>
    public static void Inject(Vcpu vcpu, byte vector, uint? errorCode = null)
    {
        TrapGate gate = vcpu.TrapTable[vector];
        BounceFrame.Push(vcpu, new FrameRequest(FrameKind.Exception, vector, gate.Address, gate.MasksEvents, errorCode));
    }

    private static void InjectInterrupt(Vcpu vcpu, byte vector, TrapGate gate) =>
        BounceFrame.Push(vcpu, new FrameRequest(FrameKind.SoftwareInterrupt, vector, gate.Address, gate.MasksEvents));
}
