using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>MXCSR, and the x87 control, status and tag words.</summary>
public static unsafe class FpuState
{
    /// <summary>Bits of MXCSR that exist (MXCSR_MASK): all sixteen, denormals-are-zeros included.</summary>
    public const uint MxcsrMask = 0xffff;

    private const ulong Cr0Emulation = 1 << 2;
    private const ushort InitialControl = 0x37f;
    private const ushort AllEmpty = 0xffff;

    /// <summary>Condition codes and TOP: what FNCLEX keeps of the status word.</summary>
    private const ushort StatusKept = 0x7f00;

    /// <summary>TOP in the status word.</summary>
    private const int StackTop = 0x3800;

    /// <summary>LDMXCSR: A is the value.</summary>
    [MicroOpMethod(MicroOpCode.LoadMxcsr)]
    public static bool LoadMxcsr(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckAvailable(state))
            return false;
        uint value = (uint)state->Gpr[op->A];
        if ((value & ~MxcsrMask) != 0)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        state->Mxcsr = value;
        return true;
    }

    [MicroOpMethod(MicroOpCode.ReadMxcsr)]
    public static bool ReadMxcsr(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckAvailable(state))
            return false;
        state->Gpr[op->Dst] = state->Mxcsr;
        return true;
    }

    [MicroOpMethod(MicroOpCode.X87Control)]
    public static bool Control(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckAvailable(state))
            return false;
        switch ((X87Operation)op->Aux)
        {
            case X87Operation.Initialize:
                state->Fcw = InitialControl;
                state->Fsw = 0;
                state->Ftw = AllEmpty;
                break;
            case X87Operation.ClearExceptions:
                state->Fsw &= StatusKept;
                break;
            case X87Operation.EmptyMmx:
                // As every MMX instruction, EMMS also sets TOP to 0 (SDM vol. 3, 12.2).
                state->Ftw = AllEmpty;
                state->Fsw = (ushort)(state->Fsw & ~StackTop);
                break;
            case X87Operation.ReadControl:
                state->Gpr[op->Dst] = state->Fcw;
                break;
            case X87Operation.WriteControl:
                state->Fcw = (ushort)state->Gpr[op->A];
                break;
            case X87Operation.ReadStatus:
                state->Gpr[op->Dst] = state->Fsw;
                break;
            default:
                state->Exit = ExitReason.Unsupported;
                return false;
        }

        return true;
    }

    /// <summary>#NM if the owner has taken the FPU away (CR0.TS, CR0.EM).</summary>
    internal static bool CheckAvailable(CpuState* state)
    {
        if ((state->Cr0 & (Cr0Emulation | CpuContext.Cr0Ts)) == 0)
            return true;
        state->RaiseException(ExceptionVector.DeviceNotAvailable, 0, false);
        return false;
    }
}
