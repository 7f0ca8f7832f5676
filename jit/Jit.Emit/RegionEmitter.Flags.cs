using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <content>Lazy flags in locals. Where the last flag operation is known, conditions become a compare of its operands.</content>
internal sealed unsafe partial class RegionEmitter
{
    /// <summary>
    /// A plain SetFlags writes nothing: its operands stay where they are, and <see cref="FlagState"/> knows where. Only the form that may keep the older
    /// flags puts everything into the locals.
    /// </summary>
    private void EmitSetFlags(in MicroOp op)
    {
        if (op.Code != MicroOpCode.SetFlagsIfCount)
            return;
        Label done = _il.Label("sameFlags");
        SettleFlags(_flags);
        PushOperand(op.B, op.Imm, op.Size);
        _il.Branch(OpCodes.Brfalse, done);
        PushOperand(op.A, op.Imm, op.Size);
        _il.Store(_flagA);
        PushOperand(op.B, op.Imm, op.Size);
        _il.Store(_flagB);
        PushOperand(op.C, op.Imm, op.Size);
        _il.Store(_flagC);
        _il.Int32(LazyFlags.Operation((FlagKind)op.Aux, op.Size));
        _il.Store(_flagOp);
        _il.Mark(done);
    }

    /// <summary>Copies flag words out of registers that a micro-op is about to write, if anybody wants them afterwards.</summary>
    private void SaveFlagWords(int index, in MicroOp op)
    {
        // A helper that stops has written its registers already; other micro-ops stop before they write.
        bool wanted = _node.FlagsLiveAfter[index] || (MicroOpTable.Shape(op.Code) == MicroOpShape.Helper && MicroOpTable.Row(op.Code).MayExit);
        if (!wanted)
            return;
        ulong writes = MicroOpOperands.ValueWrites(op);
        if (_flags.A.IsIn(writes))
            SaveFlagWord(_flags.A, _flags.Size, _flagA);
        if (_flags.B.IsIn(writes))
            SaveFlagWord(_flags.B, _flags.Size, _flagB);
        if (_flags.C.IsIn(writes))
            SaveFlagWord(_flags.C, _flags.Size, _flagC);
    }

    private void SaveFlagWord(FlagSource source, int size, LocalBuilder local)
    {
        if (source.Kind == FlagSourceKind.Local)
            return;
        PushFlagWord(source, size, local);
        _il.Store(local);
    }

    /// <summary>Puts what is known of the flags into the locals, for whoever does not know it.</summary>
    private void SettleFlags(FlagState flags)
    {
        if (!flags.IsKnown)
            return;
        SettleFlagWords(flags);
        _il.Int32(flags.Operation);
        _il.Store(_flagOp);
    }

    private void SettleFlagWords(FlagState flags)
    {
        SaveFlagWord(flags.A, flags.Size, _flagA);
        SaveFlagWord(flags.B, flags.Size, _flagB);
        SaveFlagWord(flags.C, flags.Size, _flagC);
    }

    /// <summary>Before going to an inner node: words that it expects in locals are put there.</summary>
    private void SettleFor(RegionNode successor)
    {
        if (successor.LiveIn == 0)
            return;
        FlagState expected = successor.FlagsIn;
        if (!expected.IsKnown)
        {
            SettleFlags(_flags);
            return;
        }

        if (expected.A.Kind == FlagSourceKind.Local)
            SaveFlagWord(_flags.A, _flags.Size, _flagA);
        if (expected.B.Kind == FlagSourceKind.Local)
            SaveFlagWord(_flags.B, _flags.Size, _flagB);
        if (expected.C.Kind == FlagSourceKind.Local)
            SaveFlagWord(_flags.C, _flags.Size, _flagC);
    }

    private void PushFlagWord(FlagSource source, int size, LocalBuilder local)
    {
        switch (source.Kind)
        {
            case FlagSourceKind.Local:
                _il.Load(local);
                break;
            case FlagSourceKind.Register:
                PushOperand(source.Register, 0, size);
                break;
            case FlagSourceKind.Comparison:
                PushComparison(source.ComparisonOp);
                break;
            default:
                _il.Int64((long)source.Value);
                break;
        }
    }

    private void PushA() => PushFlagWord(_flags.A, _flags.Size, _flagA);

    private void PushB() => PushFlagWord(_flags.B, _flags.Size, _flagB);

    private void PushC() => PushFlagWord(_flags.C, _flags.Size, _flagC);

    private void PushFlags()
    {
        if (_flags.IsKnown)
            _il.Int32(_flags.Operation);
        else
            _il.Load(_flagOp);
        PushA();
        PushB();
        PushC();
    }

    /// <summary>Pushes a condition as int32 0 or 1.</summary>
    private void PushCondition(Condition condition)
    {
        if (_flags.IsKnown && _flags.A.Kind == FlagSourceKind.Comparison && TryComparison(_flags.A.ComparisonOp, condition))
            return;
        if (_flags.IsKnown && TryCondition(_flags.Kind, _flags.Size, condition & (Condition)14))
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
                        PushA();
                        PushB();
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
                        PushA();
                        IsZero();
                        return true;
                    case Condition.S:
                    case Condition.L:
                        PushA();
                        IsNegative(size);
                        return true;
                    case Condition.LE:
                        PushSignedA(size);
                        PushZero(size);
                        _il.Op(OpCodes.Cgt);
                        Invert();
                        return true;
                    case Condition.B:
                    case Condition.O:
                        _il.Int32(0);
                        return true;
                    case Condition.BE:
                        PushA();
                        IsZero();
                        return true;
                    default:
                        return false;
                }

            case FlagKind.Add:
                if (condition == Condition.B)
                {
                    Result(OpCodes.Add, size);
                    PushA();
                    _il.Op(OpCodes.Clt_Un);
                    return true;
                }

                return ZeroOrSign(OpCodes.Add, null, size, condition);
            case FlagKind.Inc:
            case FlagKind.Dec:
                if (condition == Condition.B)
                {
                    PushC();
                    _il.Op(OpCodes.Conv_I4);
                    return true;
                }

                return ZeroOrSign(kind == FlagKind.Inc ? OpCodes.Add : OpCodes.Sub, 1, size, condition);
            case FlagKind.Shl when size >= 4:
                return ZeroOrSign(OpCodes.Shl, null, size, condition);
            case FlagKind.Shr when size >= 4:
                return ZeroOrSign(OpCodes.Shr_Un, null, size, condition);
            case FlagKind.FloatCompare:
                return TryFloatCondition(condition);
            case FlagKind.BitTest:
                if (condition is not (Condition.B or Condition.E))
                    return false;
                PushFlagWord(condition == Condition.B ? _flags.A : _flags.C, _flags.Size, condition == Condition.B ? _flagA : _flagC);
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
        PushA();
        if (constant is { } value)
        {
            _il.Int64(value);
        }
        else
        {
            PushB();
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
            PushSignedA(size);
            PushSignedB(size);
        }
        else
        {
            PushA();
            Narrow(size);
            PushB();
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

    private void PushSignedA(int size)
    {
        PushA();
        SignExtendStack(size);
    }

    private void PushSignedB(int size)
    {
        PushB();
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
