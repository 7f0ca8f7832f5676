using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>SYSCALL and SYSRET as on bare metal (Intel SDM vol. 2), from the model-specific registers in the state.</summary>
public static unsafe class FastCalls
{
    /// <summary>IA32_EFER.SCE.</summary>
    private const ulong SyscallEnable = 1;

    /// <summary>The flags SYSRET takes from R11: all that exist in 64-bit mode but RF and VM.</summary>
    private const ulong SysretFlags = 0x3c7fd7;

    /// <summary>Imm is the address of the next instruction.</summary>
    [MicroOpMethod(MicroOpCode.ArchitecturalSyscall)]
    public static bool Syscall(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!Enabled(state))
            return false;
        ulong flags = state->Flags & ~Rflags.RF;
        state->Gpr[Operand.Rcx] = (ulong)op->Imm;
        state->Gpr[R11] = flags;
        state->Rip = state->Lstar;
        state->Flags = flags & ~state->Fmask;
        state->Cs = (ushort)((state->Star >> 32) & 0xfffc);
        state->Ss = (ushort)((state->Star >> 32) + 8);
        state->Cpl = 0;
        context.StepsByNewFlags = (state->SystemFlags & Rflags.TF) != 0;
        context.UpdateMode();
        return true;
    }

    [MicroOpMethod(MicroOpCode.ArchitecturalSysret)]
    public static bool Sysret(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!Enabled(state))
            return false;
        if (state->Cpl != 0)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        if (op->Size != 8)
        {
            // Without REX.W it returns to compatibility mode.
            state->Exit = ExitReason.Unsupported;
            return false;
        }

        ulong target = state->Gpr[Operand.Rcx];
        if (!new VirtualAddress(target).IsCanonical)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        state->Rip = target;
        state->Flags = state->Gpr[R11] & SysretFlags;
        state->Cs = (ushort)(((state->Star >> 48) + 16) | 3);
        state->Ss = (ushort)(((state->Star >> 48) + 8) | 3);
        state->Cpl = 3;
        context.StepsByNewFlags = (state->SystemFlags & Rflags.TF) != 0;
        context.UpdateMode();
        return true;
    }

    private static bool Enabled(CpuState* state)
    {
        if ((state->Efer & SyscallEnable) != 0)
            return true;
        state->RaiseException(ExceptionVector.InvalidOpcode, 0, false);
        return false;
    }

    private const int R11 = 11;
}
