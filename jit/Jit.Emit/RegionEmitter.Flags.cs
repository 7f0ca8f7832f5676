using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <content>Lazy flags in locals. Where the last flag operation is known, conditions become a compare of its operands.</content>
internal sealed unsafe partial class RegionEmitter
{
    private void EmitSetFlags(in MicroOp op)
    {
        int operation = LazyFlags.Operation((FlagKind)op.Aux, op.Size);
        Label done = default;
        bool guarded = op.Code == MicroOpCode.SetFlagsIfCount;
        if (guarded)
        {
            done = _il.Label("sameFlags");
            // Both ways must agree on where the kind is kept.
            if (_flags != operation)
                SettleFlags(_flags);
            PushOperand(op.B, op.Imm, op.Size);
            _il.Branch(OpCodes.Brfalse, done);
        }

        PushOperand(op.A, op.Imm, op.Size);
        _il.Store(_flagA);
        if (op.B != Operand.None)
        {
            PushOperand(op.B, op.Imm, op.Size);
            _il.Store(_flagB);
        }

        if (op.C != Operand.None)
        {
            PushOperand(op.C, op.Imm, op.Size);
            _il.Store(_flagC);
        }

        if (guarded)
        {
            if (_flags != operation)
            {
                _il.Int32(operation);
                _il.Store(_flagOp);
                _flags = RegionAnalysis.UnknownFlags;
            }

            _il.Mark(done);
        }
        else
        {
            _flags = operation;
        }
    }

    /// <summary>Puts a known flag operation into its local, for whoever does not know it.</summary>
    private void SettleFlags(int flags)
    {
        if (flags == RegionAnalysis.UnknownFlags)
            return;
        _il.Int32(flags);
        _il.Store(_flagOp);
    }

    private void PushFlags()
    {
        if (_flags == RegionAnalysis.UnknownFlags)
            _il.Load(_flagOp);
        else
            _il.Int32(_flags);
        _il.Load(_flagA);
        _il.Load(_flagB);
        _il.Load(_flagC);
    }

    /// <summary>Pushes a condition as int32 0 or 1.</summary>
    private void PushCondition(Condition condition)
    {
        if (_flags != RegionAnalysis.UnknownFlags && TryCondition(LazyFlags.KindOf(_flags), LazyFlags.SizeOf(_flags), condition & (Condition)14))
        {
            if (((int)condition & 1) != 0)
            {
                _il.Int32(0);
                _il.Op(OpCodes.Ceq);
            }

            return;
        }

        PushFlags();
        _il.Int32((int)condition);
        _il.Call(EvaluateFlags);
    }

    /// <summary>Pushes an even condition code for a known flag operation; false if there is no short form.</summary>
    private bool TryCondition(FlagKind kind, int size, Condition condition)
    {
        switch (kind)
        {
            case FlagKind.Sub:
                switch (condition)
                {
                    case Condition.E:
                        Compare(OpCodes.Ceq, size, signed: false);
                        return true;
                    case Condition.B:
                        Compare(OpCodes.Clt_Un, size, signed: false);
                        return true;
                    case Condition.BE:
                        Compare(OpCodes.Cgt_Un, size, signed: false);
                        Invert();
                        return true;
                    case Condition.L:
                        Compare(OpCodes.Clt, size, signed: true);
                        return true;
                    case Condition.LE:
                        Compare(OpCodes.Cgt, size, signed: true);
                        Invert();
                        return true;
                    case Condition.S:
                        _il.Load(_flagA);
                        _il.Load(_flagB);
                        _il.Op(OpCodes.Sub);
                        IsNegative(size);
                        return true;
                    default:
                        return false;
                }

            case FlagKind.Logic:
                switch (condition)
                {
                    case Condition.E:
                        _il.Load(_flagA);
                        IsZero();
                        return true;
                    case Condition.S:
                    case Condition.L:
                        _il.Load(_flagA);
                        IsNegative(size);
                        return true;
                    case Condition.LE:
                        PushSigned(_flagA, size);
                        PushZero(size);
                        _il.Op(OpCodes.Cgt);
                        Invert();
                        return true;
                    case Condition.B:
                    case Condition.O:
                        _il.Int32(0);
                        return true;
                    case Condition.BE:
                        _il.Load(_flagA);
                        IsZero();
                        return true;
                    default:
                        return false;
                }

            case FlagKind.Add:
                if (condition == Condition.B)
                {
                    Result(OpCodes.Add, size);
                    _il.Load(_flagA);
                    _il.Op(OpCodes.Clt_Un);
                    return true;
                }

                return ZeroOrSign(OpCodes.Add, null, size, condition);
            case FlagKind.Inc:
            case FlagKind.Dec:
                if (condition == Condition.B)
                {
                    _il.Load(_flagC);
                    _il.Op(OpCodes.Conv_I4);
                    return true;
                }

                return ZeroOrSign(kind == FlagKind.Inc ? OpCodes.Add : OpCodes.Sub, 1, size, condition);
            case FlagKind.Shl when size >= 4:
                return ZeroOrSign(OpCodes.Shl, null, size, condition);
            case FlagKind.Shr when size >= 4:
                return ZeroOrSign(OpCodes.Shr_Un, null, size, condition);
            case FlagKind.BitTest:
                if (condition is not (Condition.B or Condition.E))
                    return false;
                _il.Load(condition == Condition.B ? _flagA : _flagC);
                _il.Op(OpCodes.Conv_I4);
                _il.Int32(1);
                _il.Op(OpCodes.And);
                return true;
            default:
                return false;
        }
    }

    private bool ZeroOrSign(OpCode code, int? constant, int size, Condition condition)
    {
        if (condition is not (Condition.E or Condition.S))
            return false;
        Result(code, size, constant);
        if (condition == Condition.E)
            IsZero();
        else
            IsNegative(size);
        return true;
    }

    /// <summary>Recomputes the operation's result, truncated to 64 bits on the stack.</summary>
    private void Result(OpCode code, int size, int? constant = null)
    {
        _il.Load(_flagA);
        if (constant is { } value)
        {
            _il.Int64(value);
        }
        else
        {
            _il.Load(_flagB);
            if (code == OpCodes.Shl || code == OpCodes.Shr_Un)
                _il.Op(OpCodes.Conv_I4);
        }

        _il.Op(code);
        Truncate(size);
    }

    private void Compare(OpCode code, int size, bool signed)
    {
        if (signed)
        {
            PushSigned(_flagA, size);
            PushSigned(_flagB, size);
        }
        else
        {
            _il.Load(_flagA);
            Narrow(size);
            _il.Load(_flagB);
            Narrow(size);
        }

        _il.Op(code);
    }

    /// <summary>The words are zero-extended, so 32 bits compare as well; it gives shorter host code.</summary>
    private void Narrow(int size)
    {
        if (size == 4)
            _il.Op(OpCodes.Conv_U4);
    }

    private void PushSigned(LocalBuilder local, int size)
    {
        _il.Load(local);
        SignExtendStack(size);
    }

    private void SignExtendStack(int size)
    {
        switch (size)
        {
            case 1:
                _il.Op(OpCodes.Conv_I1);
                break;
            case 2:
                _il.Op(OpCodes.Conv_I2);
                break;
            case 4:
                _il.Op(OpCodes.Conv_I4);
                break;
        }
    }

    private void PushZero(int size)
    {
        if (size == 8)
            _il.Int64(0);
        else
            _il.Int32(0);
    }

    private void IsNegative(int size)
    {
        SignExtendStack(size);
        PushZero(size);
        _il.Op(OpCodes.Clt);
    }

    private void IsZero()
    {
        _il.Int64(0);
        _il.Op(OpCodes.Ceq);
    }

    private void Invert()
    {
        _il.Int32(0);
        _il.Op(OpCodes.Ceq);
    }
}
