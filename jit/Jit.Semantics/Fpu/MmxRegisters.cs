using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>MMX registers, which are the significands of the x87's in physical order.</summary>
public static unsafe class MmxRegisters
{
    private const int StackTop = 0x3800;

    /// <summary>Sign and exponent of a register that MMX has written.</summary>
    private const ulong MmxExponent = 0xffff;

    [MicroOpMethod(MicroOpCode.MmxRead)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckUsable(state))
            return false;
        state->Gpr[op->Dst] = state->X87[2 * (op->Aux & 7)];
        return true;
    }

    [MicroOpMethod(MicroOpCode.MmxWrite)]
    public static bool Write(CpuContext context, CpuState* state, MicroOp* op)
    {
        // Every MMX instruction makes all registers valid and the stack's top register 0.
        state->Fsw = (ushort)(state->Fsw & ~StackTop);
        state->Ftw = 0;
        if (op->A == Operand.None)
            return true;
        state->X87[2 * (op->Aux & 7)] = state->Gpr[op->A];
        state->X87[(2 * (op->Aux & 7)) + 1] = MmxExponent;
        return true;
    }

    /// <summary>#UD while the x87 is to be emulated, #NM after a task switch, #MF for a pending x87 exception.</summary>
    internal static bool CheckUsable(CpuState* state)
    {
        if ((state->Cr0 & FpuState.Cr0Emulation) == 0)
            return X87Stack.Begin(state);
        state->RaiseException(ExceptionVector.InvalidOpcode, 0, false);
        return false;
    }
}
