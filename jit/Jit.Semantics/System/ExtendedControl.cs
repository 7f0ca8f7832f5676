using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>XGETBV and XSETBV: the register that enables state components (Intel SDM vol. 2; vol. 1, 13.3).</summary>
public static unsafe class ExtendedControl
{
    private const uint EnabledComponents = 0;

    /// <summary>XCR0 and XINUSE: which components hold something to save.</summary>
    private const uint ComponentsInUse = 1;

    [MicroOpMethod(MicroOpCode.ReadExtendedControl)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckEnabled(state))
            return false;
        ulong value;
        switch ((uint)state->Gpr[Operand.Rcx])
        {
            case EnabledComponents:
                value = state->Xcr0;
                break;
            case ComponentsInUse when context.Model.Has(CpuFeatures.Xgetbv1):
                value = state->Xcr0 & StateComponents.InUse(state);
                break;
            default:
                state->RaiseGeneralProtection();
                return false;
        }

        state->Gpr[Operand.Rax] = (uint)value;
        state->Gpr[Operand.Rdx] = value >> 32;
        return true;
    }

    [MicroOpMethod(MicroOpCode.WriteExtendedControl)]
    public static bool Write(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckEnabled(state))
            return false;
        ulong value = (uint)state->Gpr[Operand.Rax] | (state->Gpr[Operand.Rdx] << 32);
        if (state->Cpl != 0 || (uint)state->Gpr[Operand.Rcx] != EnabledComponents || !ExtendedState.IsValid(context.Model, value))
        {
            state->RaiseGeneralProtection();
            return false;
        }

        state->Xcr0 = value;
        return true;
    }

    /// <summary>#UD without CR4.OSXSAVE.</summary>
    internal static bool CheckEnabled(CpuState* state)
    {
        if ((state->Cr4 & CpuContext.Cr4OsXsave) != 0)
            return true;
        state->RaiseException(ExceptionVector.InvalidOpcode, 0, false);
        return false;
    }
}
