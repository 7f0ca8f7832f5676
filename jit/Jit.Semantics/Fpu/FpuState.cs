using System.Runtime.CompilerServices;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>MXCSR, and the x87 control, status and tag words.</summary>
public static unsafe class FpuState
{
    /// <summary>Bits of MXCSR that exist (MXCSR_MASK): all sixteen, denormals-are-zeros included.</summary>
    public const uint MxcsrMask = 0xffff;

    private const ulong Cr0Monitor = 1 << 1;
    internal const ulong Cr0Emulation = 1 << 2;
    private const ushort ControlBits = 0x1f3f;
    private const ushort ControlFixed = 0x40;
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
        X87Operation operation = (X87Operation)op->Aux;
        if (operation == X87Operation.Wait)
            return Wait(state);
        if (operation != X87Operation.EmptyMmx && !CheckAvailable(state))
            return false;
        switch (operation)
        {
            case X87Operation.Initialize:
                Initialize(state);
                break;
            case X87Operation.ClearExceptions:
                state->Fsw &= StatusKept;
                break;
            case X87Operation.Obsolete:
                break;
            case X87Operation.Check:
                return X87Stack.CheckPending(state);
            case X87Operation.EmptyMmx:
                if (!MmxRegisters.CheckUsable(state))
                    return false;
                // As every MMX instruction, EMMS also sets TOP to 0 (SDM vol. 3, 12.2).
                state->Ftw = AllEmpty;
                state->Fsw = (ushort)(state->Fsw & ~StackTop);
                break;
            case X87Operation.ReadControl:
                state->Gpr[op->Dst] = state->Fcw;
                break;
            case X87Operation.WriteControl:
                state->Fcw = ControlWord((ushort)state->Gpr[op->A]);
                X87Stack.Summarize(state);
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

    /// <summary>What FNINIT makes of the state; the registers keep their contents.</summary>
    internal static void Initialize(CpuState* state)
    {
        state->Fcw = InitialControl;
        state->Fsw = 0;
        state->Ftw = AllEmpty;
        state->X87InstructionPointer = 0;
        state->X87DataPointer = 0;
        state->X87Opcode = 0;
        state->X87CodeSelector = 0;
        state->X87DataSelector = 0;
    }

    /// <summary>A control word as it is when read back: bit 6 is always set, bits that do not exist are not.</summary>
    internal static ushort ControlWord(ushort value) => (ushort)((value & ControlBits) | ControlFixed);

    /// <summary>FWAIT heeds CR0.TS only together with CR0.MP.</summary>
    private static bool Wait(CpuState* state)
    {
        bool taken = (state->Cr0 & (Cr0Monitor | CpuContext.Cr0Ts)) == (Cr0Monitor | CpuContext.Cr0Ts);
        return taken ? RefuseDevice(state) : X87Stack.CheckPending(state);
    }

    /// <summary>#NM if the owner has taken the FPU away (CR0.TS, CR0.EM).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool CheckAvailable(CpuState* state) => (state->Cr0 & (Cr0Emulation | CpuContext.Cr0Ts)) == 0 || RefuseDevice(state);

    private static bool RefuseDevice(CpuState* state)
    {
        state->RaiseException(ExceptionVector.DeviceNotAvailable, 0, false);
        return false;
    }
}
