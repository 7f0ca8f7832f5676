using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>MOV to and from debug registers at CPL 0 (Intel SDM vol. 2, MOV; vol. 3, 18.2).</summary>
public static unsafe class DebugRegisterMoves
{
    [MicroOpMethod(MicroOpCode.ReadDebug)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        int number = Resolve(state, op->Aux);
        if (number < 0)
            return false;
        state->Gpr[op->Dst] = state->Debug[number];
        return true;
    }

    [MicroOpMethod(MicroOpCode.WriteDebug)]
    public static bool Write(CpuContext context, CpuState* state, MicroOp* op)
    {
        int number = Resolve(state, op->Aux);
        if (number < 0)
            return false;
        ulong value = state->Gpr[op->A];
        if (number >= 6 && value > uint.MaxValue)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        context.SetDebugRegister(number, value);
        return true;
    }

    /// <summary>Registers 4 and 5 name 6 and 7 unless CR4.DE is set: then #UD, and -1. With DR7.GD set any access is a #DB instead.</summary>
    private static int Resolve(CpuState* state, int number)
    {
        if (number is 4 or 5)
        {
            if ((state->Cr4 & CpuContext.Cr4De) != 0)
            {
                state->RaiseException(ExceptionVector.InvalidOpcode, 0, false);
                return -1;
            }

            number += 2;
        }

        if ((state->Debug[7] & DebugRegisters.GeneralDetect) == 0)
            return number;
        state->Debug[7] &= ~DebugRegisters.GeneralDetect;
        DebugRegisters.Report(state, DebugRegisters.AccessDetected);
        // A fault, and not of an instruction breakpoint.
        state->SystemFlags |= Rflags.RF;
        state->RaiseException(ExceptionVector.Debug, 0, false);
        return -1;
    }
}
