using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>
/// Executes vector and floating-point micro-ops on the registers in the state, by shape: takes the operands, applies the method to both halves
/// if the operation is 32 bytes wide, stores the result as <see cref="VectorAux"/> tells. What the interpreter does with them, and compiled code
/// where it has no better way.
/// </summary>
public static unsafe class VectorExecutor
{
    /// <summary>One micro-op of a shape with a vector operand or result. False: it stopped with an exception, and nothing changed but MXCSR's flags.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Execute(CpuState* state, MicroOp* op)
    {
        MicroOpCode code = op->Code;
        int imm = (int)op->Imm;
        switch (MicroOpTable.Shape(code))
        {
            case MicroOpShape.Vector:
                {
                    Vector128<byte>* a = Vector(state, op->A);
                    Vector128<byte>* b = Second(state, op);
                    Vector128<byte> low = MicroOpMethods.Vector(code)(*a, *b, imm);
                    if (op->Size == 32)
                        StoreWide(state, op, low, MicroOpMethods.Vector(code)(a[1], b[1], UpperImmediate(op)));
                    else
                        Store(state, op, low);
                    return true;
                }

            case MicroOpShape.Vector3:
                {
                    Vector128<byte>* a = Vector(state, op->A);
                    Vector128<byte>* b = Vector(state, op->B);
                    Vector128<byte>* c = Vector(state, op->C);
                    Vector128<byte> low = MicroOpMethods.Vector3(code)(*a, *b, *c, imm);
                    if (op->Size == 32)
                        StoreWide(state, op, low, MicroOpMethods.Vector3(code)(a[1], b[1], c[1], UpperImmediate(op)));
                    else
                        Store(state, op, low);
                    return true;
                }

            case MicroOpShape.VectorWide:
                *Wide(state, op->Dst) = MicroOpMethods.VectorWide(code)(*Wide(state, op->A), *(Vector256<byte>*)Second(state, op), imm);
                return true;
            case MicroOpShape.VectorToValue:
                state->Gpr[op->Dst] = MicroOpMethods.VectorToValue(code)(*Vector(state, op->A), imm) & Mask(op);
                return true;
            case MicroOpShape.VectorsToValue:
                state->Gpr[op->Dst] = MicroOpMethods.VectorsToValue(code)(*Vector(state, op->A), *Second(state, op), imm) & Mask(op);
                return true;
            case MicroOpShape.WideToValue:
                state->Gpr[op->Dst] = MicroOpMethods.WideToValue(code)(*Wide(state, op->A), *(Vector256<byte>*)Second(state, op), imm) & Mask(op);
                return true;
            case MicroOpShape.ValueToVector:
                {
                    Vector128<byte> a = op->A == Operand.None ? Vector128<byte>.Zero : *Vector(state, op->A);
                    Store(state, op, MicroOpMethods.ValueToVector(code)(a, Value(state, op) & Mask(op), imm));
                    return true;
                }

            default:
                return ExecuteFloat(state, op);
        }
    }

    /// <summary>The floating-point shapes: computes, and only then decides whether the result counts.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool ExecuteFloat(CpuState* state, MicroOp* op)
    {
        MicroOpCode code = op->Code;
        int imm = (int)op->Imm;
        FloatStatus status = FloatStatus.FromMxcsr(state->Mxcsr);
        switch (MicroOpTable.Shape(code))
        {
            case MicroOpShape.Float:
                {
                    Vector128<byte>* a = Vector(state, op->A);
                    Vector128<byte>* b = Second(state, op);
                    Vector128<byte> low = MicroOpMethods.Float(code)(ref status, *a, *b, imm);
                    Vector128<byte> high = op->Size == 32 ? MicroOpMethods.Float(code)(ref status, a[1], b[1], UpperImmediate(op)) : default;
                    return MxcsrExceptions.Settle(state, status) && StoreFloat(state, op, low, high);
                }

            case MicroOpShape.Float3:
                {
                    Vector128<byte>* a = Vector(state, op->A);
                    Vector128<byte>* b = Vector(state, op->B);
                    Vector128<byte>* c = Vector(state, op->C);
                    Vector128<byte> low = MicroOpMethods.Float3(code)(ref status, *a, *b, *c, imm);
                    Vector128<byte> high = op->Size == 32 ? MicroOpMethods.Float3(code)(ref status, a[1], b[1], c[1], UpperImmediate(op)) : default;
                    return MxcsrExceptions.Settle(state, status) && StoreFloat(state, op, low, high);
                }

            case MicroOpShape.FloatWide:
                {
                    Vector256<byte> result = MicroOpMethods.FloatWide(code)(ref status, *Wide(state, op->A), *(Vector256<byte>*)Second(state, op), imm);
                    if (!MxcsrExceptions.Settle(state, status))
                        return false;
                    *Wide(state, op->Dst) = result;
                    return true;
                }

            case MicroOpShape.FloatToValue:
                {
                    ulong result = MicroOpMethods.FloatToValue(code)(ref status, *Vector(state, op->A), *Second(state, op), imm);
                    if (!MxcsrExceptions.Settle(state, status))
                        return false;
                    state->Gpr[op->Dst] = result & Mask(op);
                    return true;
                }

            case MicroOpShape.ValueToFloat:
                {
                    Vector128<byte> result = MicroOpMethods.ValueToFloat(code)(ref status, *Vector(state, op->A), Value(state, op) & Mask(op), imm);
                    if (!MxcsrExceptions.Settle(state, status))
                        return false;
                    Store(state, op, result);
                    return true;
                }

            default:
                throw new InvalidOperationException($"no executor for micro-op {code}");
        }
    }

    private static bool StoreFloat(CpuState* state, MicroOp* op, Vector128<byte> low, Vector128<byte> high)
    {
        if (op->Size == 32)
            StoreWide(state, op, low, high);
        else
            Store(state, op, low);
        return true;
    }

    private static void Store(CpuState* state, MicroOp* op, Vector128<byte> value)
    {
        Vector128<byte>* target = Vector(state, op->Dst);
        *target = value;
        if ((op->Aux & VectorAux.ZeroUpper) != 0)
            target[1] = Vector128<byte>.Zero;
    }

    private static void StoreWide(CpuState* state, MicroOp* op, Vector128<byte> low, Vector128<byte> high)
    {
        Vector128<byte>* target = Vector(state, op->Dst);
        target[0] = low;
        target[1] = high;
    }

    private static int UpperImmediate(MicroOp* op) => (int)op->Imm >> VectorAux.UpperImmediateShift(op->Aux);

    private static ulong Mask(MicroOp* op) => ulong.MaxValue >> -(op->Size << 3);

    private static ulong Value(CpuState* state, MicroOp* op) => op->B < Operand.Immediate ? state->Gpr[op->B] : (ulong)op->Imm;

    private static Vector128<byte>* Second(CpuState* state, MicroOp* op) => Vector(state, op->B == Operand.None ? op->A : op->B);

    private static Vector128<byte>* Vector(CpuState* state, int register) =>
        (Vector128<byte>*)((byte*)state->Vectors + (CpuState.VectorStride * register));

    private static Vector256<byte>* Wide(CpuState* state, int register) => (Vector256<byte>*)Vector(state, register);
}
