using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>RDFSBASE, RDGSBASE, WRFSBASE, WRGSBASE, at any privilege if CR4.FSGSBASE allows them (Intel SDM vol. 2).</summary>
public static unsafe class UserBases
{
    private const int FsNumber = 4;

    [MicroOpMethod(MicroOpCode.ReadUserBase)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckEnabled(state))
            return false;
        state->Gpr[op->Dst] = op->Aux == FsNumber ? state->FsBase : state->GsBase;
        return true;
    }

    /// <summary>Size 4 writes a zero-extended base.</summary>
    [MicroOpMethod(MicroOpCode.WriteUserBase)]
    public static bool Write(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckEnabled(state))
            return false;
        ulong value = Widths.Truncate(state->Gpr[op->A], op->Size);
        if (!new VirtualAddress(value).IsCanonical)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        if (op->Aux == FsNumber)
            state->FsBase = value;
        else
            state->GsBase = value;
        return true;
    }

    private static bool CheckEnabled(CpuState* state)
    {
        if ((state->Cr4 & CpuContext.Cr4FsGsBase) != 0)
            return true;
        state->RaiseException(ExceptionVector.InvalidOpcode, 0, false);
        return false;
    }
}
