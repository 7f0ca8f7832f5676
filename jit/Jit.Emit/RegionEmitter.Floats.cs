using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <content>Floating point that is more than one host instruction, and comparisons that decide branches.</content>
internal sealed unsafe partial class RegionEmitter
{
    /// <summary>A comparison that its block's end will do: see <see cref="IsForBranch"/>.</summary>
    private MicroOp? _deferred;

    /// <summary>Writes a floating-point micro-op with host instructions; false if there are none for it.</summary>
    private bool TryHostFloat(int index, in MicroOp op, MicroOpShape shape)
    {
        if (_node.IsConstantFloat[index])
            return false;
        if (op.Code is MicroOpCode.FloatCompareFlags32 or MicroOpCode.FloatCompareFlags64)
        {
            if (IsForBranch(index, op))
            {
                _deferred = op;
                return true;
            }

            PushComparison(op);
            _il.Store(Register(op.Dst));
        }
        else if (VectorTemplates.Find(op) is { } template)
        {
            // A scalar multiply-add that keeps the upper elements of C.
            bool merges = shape == MicroOpShape.Float3 && op.Imm == 2;
            if (merges)
                PushVectorAs(op.C, template.Result);
            EmitTemplate(op, shape, template, merges ? Intrinsic(template.Result, nameof(Sse.MoveScalar), 2) : null);
        }
        else
        {
            return false;
        }

        // RyuJIT leaves out what nobody reads, and with it what it raises. Stored to its own place in the state, the result is used. Values always are: a store
        // costs next to nothing, and RyuJIT knows many ways in which a value does not matter.
        ForEachRegister(MicroOpOperands.ValueWrites(op), SpillRegister);
        if (_node.IsDeadFloat[index])
            ForEachRegister(MicroOpOperands.VectorWrites(op), SpillVector);

        return true;
    }

    /// <summary>The vector on the stack is the result of <paramref name="op"/>: where several operands are NaNs, makes it the first of them.</summary>
    private void PreferFirstNaN(in MicroOp op)
    {
        bool fused = false;
        switch (op.Code)
        {
            case MicroOpCode.FloatAdd32 or MicroOpCode.FloatMul32 or MicroOpCode.FloatAdd64 or MicroOpCode.FloatMul64:
                break;
            case >= MicroOpCode.FloatMultiplyAdd32 and <= MicroOpCode.FloatMultiplySubAdd64:
                fused = true;
                break;
            default:
                return;
        }

        bool scalar = fused && op.Code < MicroOpCode.FloatMultiplyAddSub32 && ((op.Code - MicroOpCode.FloatMultiplyAdd32) & 2) != 0;
        bool wide = (op.Code - (fused ? MicroOpCode.FloatMultiplyAdd32 : MicroOpCode.FloatAdd32) & 1) != 0;
        MethodInfo prefer = HostNaNs.Method(wide, op.Size, scalar);
        if (fused)
        {
            PushVector(op.B, op.Size);
            _il.Call(prefer);
        }

        PushVector(op.A, op.Size);
        _il.Call(prefer);
    }

    /// <summary>
    /// True if the comparison's only reader in its block is the branch at the end, in a form for which the host compares and branches too, and on at least one
    /// way within the region nobody wants the flags afterwards. Then nothing is computed before the branch; on the other ways the flags are, from the same registers.
    /// </summary>
    private bool IsForBranch(int index, in MicroOp op)
    {
        ReadOnlySpan<MicroOp> ops = _block.OpSpan;
        if (index + 2 != ops.Length || ops[index + 1].Code != MicroOpCode.SetFlags || ops[index + 1].A != op.Dst || !_node.WritesLiveFlags[index + 1])
            return false;
        Terminal terminal = _block.Terminal;
        return terminal.Kind == TerminalKind.Branch && terminal.Target != terminal.Next && HasOneComparison(terminal.Condition)
            && Array.Exists(_node.Successors, s => _analysis.Nodes[s].LiveIn == 0);
    }

    /// <summary>The end of a block whose comparison was deferred to it.</summary>
    private void BranchOnComparison(Terminal terminal)
    {
        FlagState flags = _flags;
        int target = _analysis.Target(_node, terminal.Target);
        PushCondition(terminal.Condition);
        if (target >= 0 && _analysis.Nodes[target].LiveIn == 0)
        {
            _il.Branch(OpCodes.Brtrue, _labels[target]);
        }
        else
        {
            Label taken = _il.Label("taken");
            RegionNode node = _node;
            _il.Branch(OpCodes.Brtrue, taken);
            _cold.Add(() =>
            {
                _il.Mark(taken);
                (_node, _flags) = (node, flags);
                GoToAfterComparison(terminal.Target);
            });
        }

        GoToAfterComparison(terminal.Next);
    }

    private void GoToAfterComparison(ulong rip)
    {
        int target = _analysis.Target(_node, rip);
        if (target >= 0 && _analysis.Nodes[target].LiveIn != 0)
        {
            // There the temporary is expected that the comparison would have written.
            MicroOp comparison = _flags.A.ComparisonOp;
            PushComparison(comparison);
            _il.Store(Register(comparison.Dst));
            _flags = _flags with { A = FlagSource.Of(comparison.Dst, 0, 8) };
        }

        GoTo(rip);
    }

    /// <summary>Above, below, and their opposites: equality and order of NaNs are two flags each.</summary>
    private static bool HasOneComparison(Condition condition) => (condition & (Condition)14) is Condition.B or Condition.BE;

    /// <summary>Pushes what a FloatCompareFlags micro-op finds: bit 0 for CF, bit 1 for ZF.</summary>
    private void PushComparison(in MicroOp op)
    {
        Type element = ElementOf(op);
        PushPair(op, element);
        if (op.Imm != 0)
        {
            // There is no quiet predicate for "not greater or equal" that RyuJIT takes as it is.
            _il.Call(Intrinsic(element, "CompareScalarUnorderedGreaterThanOrEqual", 2));
            _il.Int32(1);
            _il.Op(OpCodes.Xor);
            PushPair(op, element);
            CompareScalar(element, FloatComparisonMode.UnorderedEqualNonSignaling);
            _il.Call(Intrinsic(element, nameof(Sse.MoveMask), 1));
            _il.Int32(1);
            _il.Op(OpCodes.And);
            _il.Int32(1);
            _il.Op(OpCodes.Shl);
            _il.Op(OpCodes.Or);
        }
        else
        {
            CompareScalar(element, FloatComparisonMode.UnorderedNotGreaterThanOrEqualSignaling);
            PushPair(op, element);
            CompareScalar(element, FloatComparisonMode.UnorderedEqualNonSignaling);
            _il.Call(Intrinsic(element, nameof(Sse.UnpackLow), 2));
            _il.Call(Intrinsic(element, nameof(Sse.MoveMask), 1));
            _il.Int32(3);
            _il.Op(OpCodes.And);
        }

        _il.Op(OpCodes.Conv_U8);
    }

    /// <summary>Pushes a condition on the flags of a deferred comparison as int32 0 or 1; false if it is not one for which there is a host comparison.</summary>
    private bool TryComparison(in MicroOp op, Condition condition)
    {
        if (!HasOneComparison(condition))
            return false;
        Type element = ElementOf(op);
        string relation = condition is Condition.B or Condition.AE ? "GreaterThanOrEqual" : "GreaterThan";
        PushPair(op, element);
        _il.Call(Intrinsic(element, $"CompareScalar{(op.Imm == 0 ? "Ordered" : "Unordered")}{relation}", 2));
        if (condition is Condition.B or Condition.BE)
            Invert();
        return true;
    }

    /// <summary>Pushes an even condition code for the flags of a comparison that was done: bits 0 (CF) and 1 (ZF) of A.</summary>
    private bool TryFloatCondition(Condition condition)
    {
        switch (condition)
        {
            case Condition.O or Condition.S or Condition.L:
                _il.Int32(0);
                return true;
            case Condition.B:
                PushA();
                _il.Op(OpCodes.Conv_I4);
                break;
            case Condition.E or Condition.LE:
                PushA();
                _il.Op(OpCodes.Conv_I4);
                _il.Int32(1);
                _il.Op(OpCodes.Shr_Un);
                break;
            default:
                PushA();
                _il.Op(OpCodes.Conv_I4);
                _il.Int32(3);
                _il.Op(OpCodes.And);
                _il.Int32(condition == Condition.P ? 3 : 0);
                _il.Op(OpCodes.Ceq);
                if (condition == Condition.BE)
                    Invert();
                return true;
        }

        _il.Int32(1);
        _il.Op(OpCodes.And);
        return true;
    }

    private static Type ElementOf(in MicroOp comparison) => comparison.Code == MicroOpCode.FloatCompareFlags64 ? typeof(double) : typeof(float);

    private void PushPair(in MicroOp op, Type element)
    {
        PushVectorAs(op.A, element);
        PushVectorAs(op.B == Operand.None ? op.A : op.B, element);
    }

    private void PushVectorAs(int register, Type element)
    {
        PushVector(register, 16);
        _il.Call(VectorMethods.As(128, typeof(byte), element));
    }

    private void CompareScalar(Type element, FloatComparisonMode mode)
    {
        Type vector = typeof(Vector128<>).MakeGenericType(element);
        _il.Int32((int)mode);
        _il.Call(typeof(Avx).GetMethod(nameof(Avx.CompareScalar), [vector, vector, typeof(FloatComparisonMode)])!);
    }

    private static MethodInfo Intrinsic(Type element, string name, int parameters)
    {
        Type[] types = new Type[parameters];
        Array.Fill(types, typeof(Vector128<>).MakeGenericType(element));
        return (element == typeof(float) ? typeof(Sse) : typeof(Sse2)).GetMethod(name, types)!;
    }
}
