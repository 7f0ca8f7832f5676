using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>x87 instructions on registers alone, but for the four operations and comparisons.</summary>
public static unsafe class X87Registers
{
    [MicroOpMethod(MicroOpCode.X87Register)]
    public static bool Execute(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!X87Stack.Begin(state))
            return false;
        X87Function function = (X87Function)op->Aux;
        X87Stack.Remember(state, op);
        int index = X87Stack.Index(op);
        switch (function)
        {
            case X87Function.Nop:
                break;
            case X87Function.Fld:
                LoadRegister(state, index);
                break;
            case X87Function.Fst:
            case X87Function.Fstp:
                StoreRegister(state, index, function == X87Function.Fstp);
                break;
            case X87Function.Fstpnce:
                // "No check": an empty register is popped, and that is all.
                X87Stack.SetConditions(state, X87Stack.C1, 0);
                if (!X87Stack.IsEmpty(state, 0))
                    X87Stack.Write(state, index, X87Stack.Read(state, 0));
                X87Stack.Pop(state);
                break;
            case X87Function.Fxch:
                Exchange(state, index);
                break;
            case X87Function.Ffree:
                X87Stack.Free(state, index);
                X87Stack.SetConditions(state, X87Stack.C1, 0);
                break;
            case X87Function.Ffreep:
                X87Stack.Free(state, index);
                X87Stack.Pop(state);
                X87Stack.SetConditions(state, X87Stack.C1, 0);
                break;
            case X87Function.Fincstp:
            case X87Function.Fdecstp:
                X87Stack.Rotate(state, function == X87Function.Fincstp ? 1 : -1);
                X87Stack.SetConditions(state, X87Stack.C1, 0);
                break;
            case X87Function.Fcmov:
                MoveIf(state, index, state->Gpr[op->A] != 0);
                break;
            case X87Function.Fxam:
                Examine(state);
                break;
            case >= X87Function.Fld1 and <= X87Function.Fldz:
                X87Stack.SetConditions(state, X87Stack.C1, 0);
                X87Stack.Push(state, X87Constants.Load(function, X87Status.FromControl(state->Fcw).Rounding));
                break;
            case X87Function.Fxtract:
                Extract(state);
                break;
            case X87Function.Fprem:
            case X87Function.Fprem1:
                Remainder(state, function == X87Function.Fprem1);
                break;
            case >= X87Function.F2xm1:
                X87Functions.Execute(state, function);
                break;
            default:
                Unary(state, function);
                break;
        }

        return true;
    }

    /// <summary>FLD ST(i). That ST(i) is empty goes before a register in the way.</summary>
    private static void LoadRegister(CpuState* state, int index)
    {
        X87Stack.SetConditions(state, X87Stack.C1, 0);
        if (!X87Stack.IsEmpty(state, index))
        {
            X87Stack.Push(state, X87Stack.Read(state, index));
        }
        else if (X87Stack.Fault(state, overflow: false))
        {
            X87Stack.Rotate(state, -1);
            X87Stack.Write(state, 0, Float80.Indefinite);
        }
    }

    private static void StoreRegister(CpuState* state, int index, bool pop)
    {
        Float80 value = X87Stack.Read(state, 0);
        if (X87Stack.IsEmpty(state, 0))
        {
            if (!X87Stack.Fault(state, overflow: false))
                return;
            value = Float80.Indefinite;
        }
        else
        {
            X87Stack.SetConditions(state, X87Stack.C1, 0);
        }

        X87Stack.Write(state, index, value);
        if (pop)
            X87Stack.Pop(state);
    }

    private static void Exchange(CpuState* state, int index)
    {
        Float80 top = X87Stack.Read(state, 0);
        Float80 other = X87Stack.Read(state, index);
        bool topEmpty = X87Stack.IsEmpty(state, 0);
        bool otherEmpty = X87Stack.IsEmpty(state, index);
        if (topEmpty || otherEmpty)
        {
            if (!X87Stack.Fault(state, overflow: false))
                return;
            top = topEmpty ? Float80.Indefinite : top;
            other = otherEmpty ? Float80.Indefinite : other;
        }
        else
        {
            X87Stack.SetConditions(state, X87Stack.C1, 0);
        }

        X87Stack.Write(state, 0, other);
        X87Stack.Write(state, index, top);
    }

    /// <summary>FCMOVcc. An empty register is a stack fault whether the condition holds or not; C1 stays otherwise.</summary>
    private static void MoveIf(CpuState* state, int index, bool condition)
    {
        if (X87Stack.IsEmpty(state, 0) || X87Stack.IsEmpty(state, index))
        {
            if (X87Stack.Fault(state, overflow: false))
                X87Stack.Write(state, 0, Float80.Indefinite);
        }
        else if (condition)
        {
            X87Stack.Write(state, 0, X87Stack.Read(state, index));
        }
    }

    /// <summary>FXAM: class of ST(0) in C3, C2 and C0, sign in C1.</summary>
    private static void Examine(CpuState* state)
    {
        Float80 value = X87Stack.Read(state, 0);
        int kind;
        if (X87Stack.IsEmpty(state, 0))
            kind = X87Stack.C3 | X87Stack.C0;
        else if (value.IsZero)
            kind = X87Stack.C3;
        else if (value.IsUnsupported)
            kind = 0;
        else if (value.IsDenormal)
            kind = X87Stack.C3 | X87Stack.C2;
        else if (value.IsNaN)
            kind = X87Stack.C0;
        else if (value.IsInfinity)
            kind = X87Stack.C2 | X87Stack.C0;
        else
            kind = X87Stack.C2;
        X87Stack.SetConditions(
            state, X87Stack.C0 | X87Stack.C1 | X87Stack.C2 | X87Stack.C3, kind | (value.IsNegative ? X87Stack.C1 : 0));
    }

    private static void Extract(CpuState* state)
    {
        Float80 exponent = Float80.Indefinite;
        Float80 significand = Float80.Indefinite;
        if (X87Stack.IsEmpty(state, 0) || !X87Stack.IsEmpty(state, 7))
        {
            if (!X87Stack.Fault(state, overflow: !X87Stack.IsEmpty(state, 0)))
                return;
        }
        else
        {
            X87Status status = X87Status.FromControl(state->Fcw);
            significand = Float80.Extract(X87Stack.Read(state, 0), out exponent, ref status);
            if (!X87Stack.Complete(state, status))
                return;
        }

        X87Stack.Write(state, 0, exponent);
        X87Stack.Rotate(state, -1);
        X87Stack.Write(state, 0, significand);
    }

    private static void Remainder(CpuState* state, bool toNearest)
    {
        X87Stack.SetConditions(state, X87Stack.C2, 0);
        if (X87Stack.IsEmpty(state, 0) || X87Stack.IsEmpty(state, 1))
        {
            if (X87Stack.Fault(state, overflow: false))
                X87Stack.Write(state, 0, Float80.Indefinite);
            return;
        }

        X87Status status = X87Status.FromControl(state->Fcw);
        Float80 result = Float80.Remainder(X87Stack.Read(state, 0), X87Stack.Read(state, 1), toNearest, out ulong quotient, out bool incomplete, ref status);
        if (!X87Stack.Complete(state, status))
            return;
        X87Stack.Write(state, 0, result);
        // Without a quotient C0 and C3 stay.
        if (result.IsNaN)
            return;
        int codes = (incomplete ? X87Stack.C2 : 0) | ((quotient & 4) != 0 ? X87Stack.C0 : 0)
            | ((quotient & 2) != 0 ? X87Stack.C3 : 0) | ((quotient & 1) != 0 ? X87Stack.C1 : 0);
        X87Stack.SetConditions(state, X87Stack.C0 | X87Stack.C1 | X87Stack.C2 | X87Stack.C3, codes);
    }

    /// <summary>ST(0) = f(ST(0)), and for FSCALE ST(1).</summary>
    private static void Unary(CpuState* state, X87Function function)
    {
        if (X87Stack.IsEmpty(state, 0) || (function == X87Function.Fscale && X87Stack.IsEmpty(state, 1)))
        {
            if (X87Stack.Fault(state, overflow: false))
                X87Stack.Write(state, 0, Float80.Indefinite);
            return;
        }

        X87Status status = X87Status.FromControl(state->Fcw);
        Float80 top = X87Stack.Read(state, 0);
        Float80 result = function switch
        {
            X87Function.Fchs => top.Negated,
            X87Function.Fabs => top.Absolute,
            X87Function.Fsqrt => Float80.SquareRoot(top, ref status),
            X87Function.Frndint => Float80.RoundToIntegral(top, ref status),
            _ => Float80.Scale(top, X87Stack.Read(state, 1), ref status),
        };
        if (X87Stack.Complete(state, status))
            X87Stack.Write(state, 0, result);
    }
}
