using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// What RyuJIT might do to host floating point, which it takes for free of effects: leave out an operation whose result nobody reads, or compute one on constants
/// itself. Either loses what the operation raises. Two passes over a region find these operations before RyuJIT does.
/// </summary>
internal static class FloatAnalysis
{
    /// <summary>Fills <see cref="RegionNode.IsDeadFloat"/> and <see cref="RegionNode.IsConstantFloat"/>.</summary>
    public static void Run(IReadOnlyList<RegionNode> nodes, IReadOnlyList<int> entries)
    {
        foreach (int entry in entries)
            nodes[entry].ConstantsIn = default(RegisterSets);
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (RegionNode node in nodes)
            {
                if (node.ConstantsIn is not { } constants)
                    continue;
                RegisterSets end = FindConstant(node, constants);
                foreach (int successor in node.Successors)
                {
                    RegisterSets merged = nodes[successor].ConstantsIn is { } known ? known & end : end;
                    changed |= merged != nodes[successor].ConstantsIn;
                    nodes[successor].ConstantsIn = merged;
                }
            }
        }

        changed = true;
        while (changed)
        {
            changed = false;
            for (int i = nodes.Count - 1; i >= 0; i--)
            {
                RegisterSets live = FindDead(nodes, nodes[i]);
                changed |= live != nodes[i].RegistersLiveIn;
                nodes[i].RegistersLiveIn = live;
            }
        }
    }

    /// <summary>
    /// Backwards through a block. Only what is read whichever way execution takes counts as read, for RyuJIT may find that some are never taken: a branch decided by
    /// one before it, a fault that an access cannot have. The way out at the end sees all registers of the guest.
    /// </summary>
    private static RegisterSets FindDead(IReadOnlyList<RegionNode> nodes, RegionNode node)
    {
        RegisterSets live = node.HasOuterExit ? RegisterSets.Guest : RegisterSets.All;
        foreach (int successor in node.Successors)
            live &= nodes[successor].RegistersLiveIn;
        Terminal terminal = node.Block.Terminal;
        if (terminal.Kind is TerminalKind.Indirect or TerminalKind.BranchNonZero)
            live |= new RegisterSets(1UL << terminal.Register, 0);
        ReadOnlySpan<MicroOp> ops = node.Block.OpSpan;
        for (int k = ops.Length - 1; k >= 0; k--)
        {
            // Flag operations write nothing by themselves: their operands are read where somebody asks for a flag, if anywhere.
            if (MicroOpTable.Shape(ops[k].Code) == MicroOpShape.SetFlags)
                continue;
            RegisterSets writes = RegisterSets.WrittenBy(ops[k]);
            node.IsDeadFloat[k] = IsFloat(ops[k]) && (live & writes) == default;
            live = (live - writes) | SurelyRead(node, k, live, writes);
        }

        return live;
    }

    /// <summary>Forwards through a block: what is made of constants alone is one, whichever way execution came.</summary>
    private static RegisterSets FindConstant(RegionNode node, RegisterSets constants)
    {
        ReadOnlySpan<MicroOp> ops = node.Block.OpSpan;
        for (int k = 0; k < ops.Length; k++)
        {
            RegisterSets writes = RegisterSets.WrittenBy(ops[k]);
            bool constant = IsComputed(MicroOpTable.Shape(ops[k].Code))
                && ((RegisterSets.ReadBy(ops[k]) - constants) == default || (ops[k].A == ops[k].B && IsConstantOnItself(ops[k].Code)));
            node.IsConstantFloat[k] = constant && IsFloat(ops[k]);
            node.HasConstantOperand[k] = (RegisterSets.ReadBy(ops[k]) & constants) != default;
            // The operation itself goes to a method, whose result RyuJIT does not know.
            constants = constant && !node.IsConstantFloat[k] ? constants | writes : constants - writes;
        }

        return constants;
    }

    /// <summary>
    /// What a micro-op reads, less what RyuJIT may find not to matter: all of it if nobody wants the result, and the operands of an integer operation on vectors that is a constant
    /// (it knows that no x is greater than itself) or may become one with the constant it has.
    /// </summary>
    private static RegisterSets SurelyRead(RegionNode node, int index, RegisterSets live, RegisterSets writes)
    {
        ref readonly MicroOp op = ref node.Block.OpSpan[index];
        MicroOpShape shape = MicroOpTable.Shape(op.Code);
        if (IsComputed(shape) && !MicroOpTable.IsFloat(shape) && (live & writes) == default)
            return default;
        bool folds = shape is MicroOpShape.Vector or MicroOpShape.Vector3 or MicroOpShape.VectorWide
            && (node.HasConstantOperand[index] || (op.A == op.B && IsConstantOnItself(op.Code)));
        return folds ? default : RegisterSets.ReadBy(op);
    }

    private static bool IsConstantOnItself(MicroOpCode code) => code is MicroOpCode.VectorAndNot
        or MicroOpCode.PackedSub8 or MicroOpCode.PackedSub16 or MicroOpCode.PackedSub32 or MicroOpCode.PackedSub64
        or (>= MicroOpCode.PackedEqual8 and <= MicroOpCode.PackedGreater64);

    private static bool IsFloat(in MicroOp op) => MicroOpTable.IsFloat(MicroOpTable.Shape(op.Code));

    private static bool IsComputed(MicroOpShape shape) => shape is MicroOpShape.Value1 or MicroOpShape.Value2 or MicroOpShape.Value3 or MicroOpShape.Word3
        or MicroOpShape.Extend or MicroOpShape.Insert or MicroOpShape.Address or MicroOpShape.Vector or MicroOpShape.Vector3 or MicroOpShape.VectorWide
        or MicroOpShape.VectorToValue or MicroOpShape.VectorsToValue or MicroOpShape.WideToValue or MicroOpShape.ValueToVector || MicroOpTable.IsFloat(shape);
}
