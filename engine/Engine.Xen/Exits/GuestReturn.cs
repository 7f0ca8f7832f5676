using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Emulation;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Exits;

/// <summary>The last step before guest code runs: SYSRET or IRET as the release uses them, with their effects on registers and their faults.</summary>
internal static unsafe class GuestReturn
{
    /// <summary>RFLAGS that the exit loads; also what SYSRET takes from r11.</summary>
    public static ulong ExitFlags(Vcpu vcpu)
    {
        ReleaseProfile profile = vcpu.Domain.Profile;
        ulong flags = vcpu.SavedFlags;
        if (profile.ExitForcesFlags)
            flags = (flags | Rflags.IF) & ~(Rflags.Iopl | Rflags.VM);
        return profile.ExitDropsNestedTask ? flags & ~Rflags.NT : flags;
    }

    /// <summary>
    /// Loads the guest's registers. False if the return faulted and a frame for the fault was built instead, so that the exit path starts again.
    /// </summary>
    public static bool TryLeave(Vcpu vcpu)
    {
        CpuState* state = vcpu.State;
        ulong flags = ExitFlags(vcpu);
        bool canonical = new VirtualAddress(state->Rip).IsCanonical;
        if (vcpu.ReturnsBySysret)
        {
            vcpu.ReturnsBySysret = false;
            state->Gpr[Register.Rcx] = state->Rip;
            state->Gpr[Register.R11] = flags;
            state->Cs = state->Cs == Selectors.Code32 ? Selectors.Code32 : Selectors.Code64;
            state->Ss = Selectors.Stack;
            if (!canonical && vcpu.Domain.Profile.SysretNeedsCanonicalRip)
            {
                Faulted(vcpu, ExceptionVector.GeneralProtection, 0);
                return false;
            }

            // It does not load RF, as IRET does.
            flags &= ~Rflags.RF;
            if ((flags & Rflags.TF) != 0)
            {
                // SYSRET that sets TF traps before the first instruction, unlike IRET.
                vcpu.SavedFlags = flags;
                TrapDispatch.InjectDebugStep(vcpu);
                return false;
            }
        }
        else if (state->Cs != Selectors.Code64 || state->Ss != Selectors.Stack || !canonical)
        {
            if (!TryCheckSelectors(vcpu, out byte vector, out uint error) || !canonical)
            {
                Faulted(vcpu, vector, error);
                return false;
            }
        }

        if (state->Cs == Selectors.Code32 || !IsLongMode(vcpu))
        {
            vcpu.Domain.Crash(vcpu, $"return to 32-bit code (CS 0x{state->Cs:x4}, RIP 0x{state->Rip:x}), which the processor does not implement");
            return false;
        }

        vcpu.SavedFlags = flags | Rflags.Fixed;
        vcpu.Cpu.UpdateMode();
        return true;
    }

    private static void Faulted(Vcpu vcpu, byte vector, uint error)
    {
        if (vcpu.Domain.Profile.FaultingIret == FaultingIret.FailsafeCallback)
        {
            Callback callback = vcpu.FailsafeCallback;
            BounceFrame.Push(vcpu, new FrameRequest(FrameKind.Failsafe, vector, callback.Address, callback.MasksEvents));
            return;
        }

        TrapDispatch.Inject(vcpu, vector, error);
    }

    private static bool IsLongMode(Vcpu vcpu)
    {
        ushort cs = vcpu.State->Cs;
        if (cs == Selectors.Code64)
            return true;
        return DescriptorTables.TryRead(vcpu, cs, out ulong descriptor) && Descriptor.IsLongCode(descriptor);
    }

    /// <summary>IRET's checks of CS and SS for a return to ring 3 (Intel SDM vol. 2, IRET).</summary>
    private static bool TryCheckSelectors(Vcpu vcpu, out byte vector, out uint error)
    {
        CpuState* state = vcpu.State;
        vector = ExceptionVector.GeneralProtection;
        error = (uint)(state->Cs & ~3);
        if (state->Cs < 4 || !DescriptorTables.TryRead(vcpu, state->Cs, out ulong cs) || !Descriptor.IsRing3Code(cs))
            return false;
        if (!Descriptor.IsPresent(cs))
        {
            vector = ExceptionVector.SegmentNotPresent;
            return false;
        }

        error = (uint)(state->Ss & ~3);
        if (state->Ss < 4 || !DescriptorTables.TryRead(vcpu, state->Ss, out ulong ss) || !Descriptor.IsRing3Stack(ss))
            return false;
        if (!Descriptor.IsPresent(ss))
        {
            vector = ExceptionVector.StackFault;
            return false;
        }

        error = 0;
        return true;
    }
}
