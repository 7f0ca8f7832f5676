using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>The transcendental instructions: what they do with the stack.</summary>
internal static unsafe class X87Functions
{
    public static void Execute(CpuState* state, X87Function function)
    {
        switch (function)
        {
            case X87Function.F2xm1:
                OnTop(state);
                break;
            case X87Function.Fyl2x:
            case X87Function.Fyl2xp1:
            case X87Function.Fpatan:
                OfTwo(state, function);
                break;
            case X87Function.Fsin:
            case X87Function.Fcos:
                Circular(state, function);
                break;
            default:
                CircularPair(state, function);
                break;
        }
    }

    private static void OnTop(CpuState* state)
    {
        if (X87Stack.IsEmpty(state, 0))
        {
            if (X87Stack.Fault(state, overflow: false))
                X87Stack.Write(state, 0, Float80.Indefinite);
            return;
        }

        X87Status status = X87Status.FromControl(state->Fcw);
        Float80 result = Float80.PowerOf2Less1(X87Stack.Read(state, 0), ref status);
        if (X87Stack.Complete(state, status))
            X87Stack.Write(state, 0, result);
    }

    /// <summary>ST(1) = f(ST(0), ST(1)), and pop.</summary>
    private static void OfTwo(CpuState* state, X87Function function)
    {
        Float80 result = Float80.Indefinite;
        if (X87Stack.IsEmpty(state, 0) || X87Stack.IsEmpty(state, 1))
        {
            if (!X87Stack.Fault(state, overflow: false))
                return;
        }
        else
        {
            X87Status status = X87Status.FromControl(state->Fcw);
            Float80 top = X87Stack.Read(state, 0);
            Float80 below = X87Stack.Read(state, 1);
            result = function switch
            {
                X87Function.Fyl2x => Float80.Logarithm(top, below, ref status),
                X87Function.Fyl2xp1 => Float80.LogarithmOf1Plus(top, below, ref status),
                _ => Float80.Angle(below, top, ref status),
            };
            if (!X87Stack.Complete(state, status))
                return;
        }

        X87Stack.Write(state, 1, result);
        X87Stack.Pop(state);
    }

    private static void Circular(CpuState* state, X87Function function)
    {
        X87Stack.SetConditions(state, X87Stack.C2, 0);
        if (X87Stack.IsEmpty(state, 0))
        {
            if (X87Stack.Fault(state, overflow: false))
                X87Stack.Write(state, 0, Float80.Indefinite);
            return;
        }

        X87Status status = X87Status.FromControl(state->Fcw);
        Float80 top = X87Stack.Read(state, 0);
        Float80 result = function == X87Function.Fsin
            ? Float80.Sine(top, out bool outOfRange, ref status)
            : Float80.Cosine(top, out outOfRange, ref status);
        bool complete = X87Stack.Complete(state, status);
        if (outOfRange)
            X87Stack.SetConditions(state, X87Stack.C2, X87Stack.C2);
        else if (complete)
            X87Stack.Write(state, 0, result);
    }

    /// <summary>FSINCOS replaces the angle by its sine and pushes its cosine; FPTAN by its tangent, and pushes 1.</summary>
    private static void CircularPair(CpuState* state, X87Function function)
    {
        X87Stack.SetConditions(state, X87Stack.C2, 0);
        Float80 first = Float80.Indefinite;
        Float80 second = Float80.Indefinite;
        if (X87Stack.IsEmpty(state, 0) || !X87Stack.IsEmpty(state, 7))
        {
            if (!X87Stack.Fault(state, overflow: !X87Stack.IsEmpty(state, 0)))
                return;
        }
        else
        {
            X87Status status = X87Status.FromControl(state->Fcw);
            Float80 top = X87Stack.Read(state, 0);
            bool outOfRange;
            if (function == X87Function.Fptan)
            {
                first = Float80.Tangent(top, out outOfRange, ref status);
                second = first.IsNaN ? first : Float80.One;
            }
            else
            {
                first = Float80.Sine(top, out outOfRange, ref status);
                status.RoundedUp = false;
                second = Float80.Cosine(top, out _, ref status);
            }

            bool complete = X87Stack.Complete(state, status);
            if (outOfRange)
                X87Stack.SetConditions(state, X87Stack.C2, X87Stack.C2);
            if (outOfRange || !complete)
                return;
        }

        X87Stack.Write(state, 0, first);
        X87Stack.Rotate(state, -1);
        X87Stack.Write(state, 0, second);
    }
}
