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
            case MicroOpCode.Negate:
                PushArithmetic(op.A, op.Imm, op.Size);
                _il.Op(op.Code == MicroOpCode.Not ? OpCodes.Not : OpCodes.Neg);
                FinishArithmetic(op.Size);
                return true;
            case MicroOpCode.Add:
            case MicroOpCode.Sub:
            case MicroOpCode.And:
            case MicroOpCode.Or:
            case MicroOpCode.Xor:
            case MicroOpCode.MultiplyLow:
                PushArithmetic(op.A, op.Imm, op.Size);
                PushArithmetic(op.B, op.Imm, op.Size);
                _il.Op(Arithmetic(op.Code));
                FinishArithmetic(op.Size);
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

    private static OpCode Arithmetic(MicroOpCode code) => code switch
    {
        MicroOpCode.Add => OpCodes.Add,
        MicroOpCode.Sub => OpCodes.Sub,
        MicroOpCode.And => OpCodes.And,
        MicroOpCode.Or => OpCodes.Or,
        MicroOpCode.Xor => OpCodes.Xor,
        _ => OpCodes.Mul,
    };

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

    /// <summary>Makes 64 zero-extended bits of what <see cref="PushArithmetic"/> and an operation left: 32 bits for size 4.</summary>
    private void FinishArithmetic(int size)
    {
        if (size == 4)
            _il.Op(OpCodes.Conv_U8);
        else
            Truncate(size);
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
