using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>IRET and far RET in 64-bit mode (Intel SDM vol. 2). All checks precede all changes.</summary>
public static unsafe class FarReturns
{
    /// <summary>Popped in 64-bit mode whatever the operand size and privilege: RIP, CS, RFLAGS, RSP, SS.</summary>
    private const int InterruptFrameWords = 5;

    [MicroOpMethod(MicroOpCode.InterruptReturn)]
    public static bool InterruptReturn(CpuContext context, CpuState* state, MicroOp* op)
    {
        if ((state->SystemFlags & Rflags.NT) != 0)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        ulong* frame = stackalloc ulong[InterruptFrameWords];
        int size = op->Size;
        if (!TryReadStack(context, state, state->Gpr[Operand.Rsp], size, frame, InterruptFrameWords))
            return false;
        ushort codeSelector = (ushort)frame[1];
        ushort stackSelector = (ushort)frame[4];
        if (!Segments.CheckReturnCode(context, state, codeSelector)
            || !Segments.CheckStack(context, state, stackSelector, Selector.Rpl(codeSelector))
            || !CheckTarget(state, frame[0]))
        {
            return false;
        }

        // Flags first: what may change depends on the privilege that is left.
        FlagsRegister.Load(context, state, frame[2], size, Rflags.Vif | Rflags.Vip, resume: true);
        state->Rip = frame[0];
        state->Gpr[Operand.Rsp] = frame[3];
        Enter(context, state, codeSelector, stackSelector);
        return true;
    }

    [MicroOpMethod(MicroOpCode.FarReturn)]
    public static bool FarReturn(CpuContext context, CpuState* state, MicroOp* op)
    {
        int size = op->Size;
        ulong released = (ulong)op->Imm;
        ulong stack = state->Gpr[Operand.Rsp];
        ulong* frame = stackalloc ulong[4];
        if (!TryReadStack(context, state, stack, size, frame, 2))
            return false;
        ushort codeSelector = (ushort)frame[1];
        if (!Segments.CheckReturnCode(context, state, codeSelector))
            return false;
        stack += (2 * (ulong)size) + released;
        if (Selector.Rpl(codeSelector) == state->Cpl)
        {
            if (!CheckTarget(state, frame[0]))
                return false;
            state->Cs = codeSelector;
            state->Gpr[Operand.Rsp] = stack;
        }
        else
        {
            if (!TryReadStack(context, state, stack, size, frame + 2, 2)
                || !Segments.CheckStack(context, state, (ushort)frame[3], Selector.Rpl(codeSelector))
                || !CheckTarget(state, frame[0]))
            {
                return false;
            }

            state->Gpr[Operand.Rsp] = frame[2] + released;
            Enter(context, state, codeSelector, (ushort)frame[3]);
        }

        state->Rip = frame[0];
        return true;
    }

    private static void Enter(CpuContext context, CpuState* state, ushort codeSelector, ushort stackSelector)
    {
        byte cpl = (byte)Selector.Rpl(codeSelector);
        bool outwards = cpl > state->Cpl;
        state->Cs = codeSelector;
        state->Ss = stackSelector;
        state->Cpl = cpl;
        if (outwards)
            Segments.DropInnerSegments(context, state);
        context.UpdateMode();
    }

    private static bool CheckTarget(CpuState* state, ulong rip)
    {
        if (new VirtualAddress(rip).IsCanonical)
            return true;
        state->RaiseGeneralProtection();
        return false;
    }

    private static bool TryReadStack(CpuContext context, CpuState* state, ulong address, int size, ulong* words, int count)
    {
        for (int i = 0; i < count; i++, address += (uint)size)
        {
            if (!new VirtualAddress(address).IsCanonical)
            {
                state->RaiseException(ExceptionVector.StackFault, 0, true);
                return false;
            }

            if (!context.TryLoad(address, size, out words[i]))
                return false;
        }

        return true;
    }
}
