using System.Reflection.Emit;
using Rebound.Jit.Ir;
using Rebound.Jit.Semantics;

namespace Rebound.Jit.Emit;

/// <content>
/// Value micro-ops. The default is a call to the method that states the meaning, which RyuJIT may inline; the commonest have a template,
/// which a test runs against the method.
/// </content>
internal sealed unsafe partial class RegionEmitter
{
    private void EmitValue(in MicroOp op, MicroOpShape shape)
    {
        if (op.Code == MicroOpCode.Select)
        {
            EmitSelect(op);
            return;
        }

        if (!TryTemplate(op))
        {
            bool truncated = shape is MicroOpShape.Value1 or MicroOpShape.Value2 or MicroOpShape.Value3 or MicroOpShape.Extend;
            int size = truncated ? op.Size : 8;
            PushOperand(op.A, op.Imm, size);
            if (shape is not (MicroOpShape.Value1 or MicroOpShape.Extend))
                PushOperand(op.B, op.Imm, size);
            if (shape is MicroOpShape.Value3 or MicroOpShape.Word3)
                PushOperand(op.C, op.Imm, size);
            _il.Int32(op.Size);
            _il.Call(MicroOpMethods.Method(op.Code));
            if (shape == MicroOpShape.Extend)
                Truncate(op.Aux);
            else if (truncated)
                Truncate(op.Size);
        }

        _il.Store(Register(op.Dst));
    }

    /// <summary>C != 0 ? A : B, with branches, so that RyuJIT may make a conditional move of it.</summary>
    private void EmitSelect(in MicroOp op)
    {
        Label other = _il.Label("other");
        Label done = _il.Label("done");
        PushOperand(op.C, op.Imm, op.Size);
        _il.Branch(OpCodes.Brfalse, other);
        PushOperand(op.A, op.Imm, op.Size);
        _il.Store(_value);
        _il.Branch(OpCodes.Br, done);
        _il.Mark(other);
        PushOperand(op.B, op.Imm, op.Size);
        _il.Store(_value);
        _il.Mark(done);
        _il.Load(_value);
        _il.Store(Register(op.Dst));
    }

    /// <summary>Pushes the result of a micro-op that has a template, already truncated.</summary>
    private bool TryTemplate(in MicroOp op)
    {
        switch (op.Code)
        {
            case MicroOpCode.Move:
                PushOperand(op.A, op.Imm, op.Size);
                return true;
            case MicroOpCode.Not:
                Unary(op, OpCodes.Not);
                return true;
            case MicroOpCode.Negate:
                Unary(op, OpCodes.Neg);
                return true;
            case MicroOpCode.Add:
                Binary(op, OpCodes.Add);
                return true;
            case MicroOpCode.Sub:
                Binary(op, OpCodes.Sub);
                return true;
            case MicroOpCode.And:
                Binary(op, OpCodes.And);
                return true;
            case MicroOpCode.Or:
                Binary(op, OpCodes.Or);
                return true;
            case MicroOpCode.Xor:
                Binary(op, OpCodes.Xor);
                return true;
            case MicroOpCode.MultiplyLow:
                Binary(op, OpCodes.Mul);
                return true;
            case MicroOpCode.ShiftLeft when op.Size >= 4:
                Shift(op, OpCodes.Shl, signed: false);
                return true;
            case MicroOpCode.ShiftRight when op.Size >= 4:
                Shift(op, OpCodes.Shr_Un, signed: false);
                return true;
            case MicroOpCode.ShiftArithmetic when op.Size >= 4:
                Shift(op, OpCodes.Shr, signed: true);
                return true;
            case MicroOpCode.SignExtend:
                PushOperand(op.A, op.Imm, 8);
                _il.Op(op.Size switch { 1 => OpCodes.Conv_I1, 2 => OpCodes.Conv_I2, _ => OpCodes.Conv_I4 });
                _il.Op(OpCodes.Conv_I8);
                Truncate(op.Aux);
                return true;
            case MicroOpCode.InsertLow:
                {
                    long mask = (long)Mask(op.Size);
                    PushOperand(op.A, op.Imm, 8);
                    _il.Int64(~mask);
                    _il.Op(OpCodes.And);
                    PushOperand(op.B, op.Imm, op.Size);
                    _il.Op(OpCodes.Or);
                    return true;
                }

            case MicroOpCode.ExtractHigh:
                PushOperand(op.A, op.Imm, 8);
                _il.Int32(8);
                _il.Op(OpCodes.Shr_Un);
                _il.Op(OpCodes.Conv_U1);
                _il.Op(OpCodes.Conv_U8);
                return true;
            case MicroOpCode.Equal:
                PushOperand(op.A, op.Imm, op.Size);
                PushOperand(op.B, op.Imm, op.Size);
                _il.Op(OpCodes.Ceq);
                _il.Op(OpCodes.Conv_U8);
                return true;
            default:
                return false;
        }
    }

    private void Unary(in MicroOp op, OpCode code)
    {
        PushArithmetic(op.A, op.Imm, op.Size);
        _il.Op(code);
        FinishArithmetic(op.Size);
    }

    private void Binary(in MicroOp op, OpCode code)
    {
        PushArithmetic(op.A, op.Imm, op.Size);
        PushArithmetic(op.B, op.Imm, op.Size);
        _il.Op(code);
        FinishArithmetic(op.Size);
    }

    /// <summary>Sizes 4 and 8 only: their counts are masked below the width, as IL wants it.</summary>
    private void Shift(in MicroOp op, OpCode code, bool signed)
    {
        PushArithmetic(op.A, op.Imm, op.Size);
        if (op.Size == 4 && signed)
            _il.Op(OpCodes.Conv_I4);
        if (op.B == Operand.Immediate)
        {
            _il.Int32((int)op.Imm);
        }
        else
        {
            _il.Load(Register(op.B));
            _il.Op(OpCodes.Conv_I4);
        }

        _il.Op(code);
        FinishArithmetic(op.Size);
    }

    /// <summary>An operand whose upper garbage does not matter: 32 bits on the stack for size 4, else 64.</summary>
    private void PushArithmetic(byte operand, long imm, int size)
    {
        if (operand == Operand.Immediate)
        {
            if (size == 4)
                _il.Int32((int)imm);
            else
                _il.Int64(imm);
            return;
        }

        _il.Load(Register(operand));
        if (size == 4)
            _il.Op(OpCodes.Conv_U4);
    }

    private void FinishArithmetic(int size)
    {
        switch (size)
        {
            case 4:
                _il.Op(OpCodes.Conv_U8);
                break;
            case 2:
                _il.Op(OpCodes.Conv_U2);
                _il.Op(OpCodes.Conv_U8);
                break;
            case 1:
                _il.Op(OpCodes.Conv_U1);
                _il.Op(OpCodes.Conv_U8);
                break;
        }
    }

    /// <summary>An operand as 64 bits, zero-extended from <paramref name="size"/> bytes.</summary>
    private void PushOperand(byte operand, long imm, int size)
    {
        if (operand == Operand.Immediate)
        {
            _il.Int64(imm & (long)Mask(size));
            return;
        }

        if (operand == Operand.None)
        {
            _il.Int64(0);
            return;
        }

        _il.Load(Register(operand));
        Truncate(size);
    }

    private void Truncate(int size)
    {
        switch (size)
        {
            case 1:
                _il.Op(OpCodes.Conv_U1);
                _il.Op(OpCodes.Conv_U8);
                break;
            case 2:
                _il.Op(OpCodes.Conv_U2);
                _il.Op(OpCodes.Conv_U8);
                break;
            case 4:
                _il.Op(OpCodes.Conv_U4);
                _il.Op(OpCodes.Conv_U8);
                break;
        }
    }

    private static ulong Mask(int size) => size >= 8 ? ulong.MaxValue : (1UL << (8 * size)) - 1;
}
