using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// IN, OUT, INS, OUTS. Above IOPL they are #GP(0), because no task state grants ports; the processor's owner may emulate them then.
/// Otherwise nobody answers on the bus: reads give ones, writes are lost.
/// </summary>
public static unsafe class Ports
{
    [MicroOpMethod(MicroOpCode.PortInput)]
    public static bool Input(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckAllowed(state))
            return false;
        state->Gpr[op->Dst] = ulong.MaxValue;
        return true;
    }

    [MicroOpMethod(MicroOpCode.PortOutput)]
    public static bool Output(CpuContext context, CpuState* state, MicroOp* op) => CheckAllowed(state);

    [MicroOpMethod(MicroOpCode.PortInputString)]
    public static bool InputString(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckAllowed(state))
            return false;
        StringOperands operands = new(state, op);
        for (int left = operands.Portion; operands.Count != 0; left--)
        {
            if (left == 0 || !context.TryStore(operands.Destination, ulong.MaxValue, operands.Size))
                return false;
            operands.Advance(1, source: false, destination: true);
            if (!operands.Repeats)
                return true;
            if (context.EndsIteration)
                return operands.Count == 0;
        }

        return true;
    }

    [MicroOpMethod(MicroOpCode.PortOutputString)]
    public static bool OutputString(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!CheckAllowed(state))
            return false;
        StringOperands operands = new(state, op);
        for (int left = operands.Portion; operands.Count != 0; left--)
        {
            if (left == 0 || !context.TryLoad(operands.Source, operands.Size, out _))
                return false;
            operands.Advance(1, source: true, destination: false);
            if (!operands.Repeats)
                return true;
            if (context.EndsIteration)
                return operands.Count == 0;
        }

        return true;
    }

    /// <summary>True if CPL is at most IOPL; else #GP(0).</summary>
    internal static bool CheckAllowed(CpuState* state)
    {
        if (state->Cpl <= (int)((state->SystemFlags & Rflags.Iopl) >> 12))
            return true;
        state->RaiseGeneralProtection();
        return false;
    }
}
