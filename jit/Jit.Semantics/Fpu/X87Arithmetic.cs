using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>The four operations and comparisons, on registers and with operands in memory.</summary>
public static unsafe class X87Arithmetic
{
    [MicroOpMethod(MicroOpCode.X87Arithmetic)]
    public static bool Operate(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!X87Stack.Begin(state))
            return false;
        int opcode = X87Instruction.Opcode(op->Imm);
        if (op->A == Operand.None && X87Common.Applies(state) && TryOperateRegisters(state, op, opcode))
            return true;
        X87Status status = X87Status.FromControl(state->Fcw);
        int destination = 0;
        bool pop = false;
        bool denormal = false;
        bool empty;
        Float80 other;
        if (op->A != Operand.None)
        {
            if (!TryLoadOperand(context, state, op, opcode, out other, out denormal))
                return false;
            empty = X87Stack.IsEmpty(state, 0);
        }
        else
        {
            X87Stack.Remember(state, op);
            int index = opcode & 7;
            // First byte D8: to ST(0). DC: to ST(i). DE: to ST(i), and pop.
            destination = (opcode & 0x400) != 0 ? index : 0;
            pop = opcode >> 8 == 6;
            empty = X87Stack.IsEmpty(state, 0) || X87Stack.IsEmpty(state, index);
            other = X87Stack.Read(state, index);
        }

        Float80 result;
        if (empty)
        {
            if (!X87Stack.Fault(state, overflow: false))
                return true;
            result = Float80.Indefinite;
        }
        else
        {
            Float80 top = X87Stack.Read(state, 0);
            if (!denormal && X87Common.Applies(state) && X87Common.TryCompute(opcode >> 3 & 7, top, other, out result, out int found))
            {
                X87Stack.SetConditions(state, X87Stack.C1, found);
            }
            else
            {
                result = Compute(opcode >> 3 & 7, top, other, ref status);
                if (denormal)
                    NoteDenormal(top, ref status);
                if (!X87Stack.Complete(state, status))
                    return true;
            }
        }

        X87Stack.Write(state, destination, result);
        if (pop)
            X87Stack.Pop(state);
        return true;
    }

    /// <summary>Both operands in registers, in the common case; false if it is another, and then nothing has happened.</summary>
    private static bool TryOperateRegisters(CpuState* state, MicroOp* op, int opcode)
    {
        // The status word is read once and written once: each instruction waits for what the one before it wrote there.
        int status = state->Fsw;
        int top = X87Stack.Top(status);
        int register = (top + opcode) & 7;
        if (X87Stack.IsEmptyAt(state, top) || X87Stack.IsEmptyAt(state, register)
            || !X87Common.TryCompute(opcode >> 3 & 7, X87Stack.ReadAt(state, top), X87Stack.ReadAt(state, register), out Float80 result, out int found))
            return false;
        X87Stack.Remember(state, op);
        X87Stack.WriteAt(state, (opcode & 0x400) != 0 ? register : top, result);
        status = (status & ~X87Stack.C1) | found;
        if (opcode >> 8 == 6)
        {
            X87Stack.FreeAt(state, top);
            status = X87Stack.WithTop(status, top + 1);
        }

        state->Fsw = (ushort)status;
        return true;
    }

    [MicroOpMethod(MicroOpCode.X87Compare)]
    public static bool Compare(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!X87Stack.Begin(state))
            return false;
        int opcode = X87Instruction.Opcode(op->Imm);
        X87Status status = X87Status.FromControl(state->Fcw);
        bool denormal = false;
        bool empty = X87Stack.IsEmpty(state, 0);
        Float80 other = default;
        if (op->A != Operand.None)
        {
            if (!TryLoadOperand(context, state, op, opcode, out other, out denormal))
                return false;
        }
        else
        {
            X87Stack.Remember(state, op);
            if ((op->Aux & X87Compare.WithZero) == 0)
            {
                int index = opcode & 7;
                empty |= X87Stack.IsEmpty(state, index);
                other = X87Stack.Read(state, index);
            }
        }

        FloatRelation relation = FloatRelation.Unordered;
        bool complete;
        if (empty)
        {
            complete = X87Stack.Fault(state, overflow: false);
        }
        else
        {
            relation = Float80.Compare(X87Stack.Read(state, 0), other, (op->Aux & X87Compare.Quiet) == 0, ref status);
            if (denormal)
                NoteDenormal(X87Stack.Read(state, 0), ref status);
            complete = X87Stack.Complete(state, status);
        }

        // The condition codes tell the relation under unmasked exceptions too; popping waits for the handler.
        X87Stack.SetConditions(state, X87Stack.C0 | X87Stack.C2 | X87Stack.C3, relation switch
        {
            FloatRelation.Less => X87Stack.C0,
            FloatRelation.Equal => X87Stack.C3,
            FloatRelation.Unordered => X87Stack.C0 | X87Stack.C2 | X87Stack.C3,
            _ => 0,
        });
        if (complete)
            PopTimes(state, op->Aux & X87Compare.PopMask);
        return true;
    }

    [MicroOpMethod(MicroOpCode.X87CompareFlags)]
    public static bool CompareFlags(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!X87Stack.Begin(state))
            return false;
        X87Stack.Remember(state, op);
        X87Status status = X87Status.FromControl(state->Fcw);
        int index = X87Stack.Index(op);
        FloatRelation relation = FloatRelation.Unordered;
        bool complete;
        if (X87Stack.IsEmpty(state, 0) || X87Stack.IsEmpty(state, index))
        {
            complete = X87Stack.Fault(state, overflow: false);
        }
        else
        {
            // C1 stays: nothing is rounded.
            status.RoundedUp = (state->Fsw & X87Stack.C1) != 0;
            relation = Float80.Compare(X87Stack.Read(state, 0), X87Stack.Read(state, index), (op->Aux & X87Compare.Quiet) == 0, ref status);
            complete = X87Stack.Complete(state, status);
        }

        state->ArithmeticFlags = relation switch
        {
            FloatRelation.Less => Rflags.CF,
            FloatRelation.Equal => Rflags.ZF,
            FloatRelation.Unordered => Rflags.ZF | Rflags.PF | Rflags.CF,
            _ => 0,
        };
        if (complete)
            PopTimes(state, op->Aux & X87Compare.PopMask);
        return true;
    }

    private static void PopTimes(CpuState* state, int times)
    {
        for (int i = 0; i < times; i++)
            X87Stack.Pop(state);
    }

    /// <param name="operation">The middle field of ModRM.</param>
    private static Float80 Compute(int operation, Float80 top, Float80 other, ref X87Status status) => operation switch
    {
        0 => Float80.Add(top, other, ref status),
        1 => Float80.Multiply(top, other, ref status),
        4 => Float80.Subtract(top, other, ref status),
        5 => Float80.Subtract(other, top, ref status),
        6 => Float80.Divide(top, other, ref status),
        _ => Float80.Divide(other, top, ref status),
    };

    /// <summary>Loads a memory operand, signaling NaNs unchanged; what it is follows from the first byte: D8 m32fp, DA m32int, DC m64fp, DE m16int.</summary>
    private static bool TryLoadOperand(CpuContext context, CpuState* state, MicroOp* op, int opcode, out Float80 operand, out bool denormal)
    {
        ulong address = state->Gpr[op->A];
        operand = default;
        denormal = false;
        int kind = opcode >> 8;
        if (!context.TryLoad(address, kind == 4 ? 8 : kind == 6 ? 2 : 4, out ulong bits))
            return false;
        X87Stack.Remember(state, op, address);
        switch (kind)
        {
            case 0:
                operand = Float80.WidenFloat32((uint)bits, out denormal);
                break;
            case 2:
                operand = Float80.FromInt64((int)bits);
                break;
            case 4:
                operand = Float80.WidenFloat64(bits, out denormal);
                break;
            default:
                operand = Float80.FromInt64((short)bits);
                break;
        }

        return true;
    }

    /// <summary>A denormal memory operand is none any more when it has been widened: its exception, unless one that goes before was raised.</summary>
    private static void NoteDenormal(Float80 top, ref X87Status status)
    {
        if ((status.Raised & (FloatExceptions.Invalid | FloatExceptions.ZeroDivide)) != 0 || top.IsNaN)
            return;
        if ((status.Masked & FloatExceptions.Denormal) == 0)
        {
            status.Raised = FloatExceptions.None;
            status.RoundedUp = false;
        }

        status.Raised |= FloatExceptions.Denormal;
    }
}
