using System.Reflection;
using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <content>
/// Counted loops. They have locals of their own, and between those and the region's everything goes through the state: RyuJIT then sees no local but the loop's in the loop,
/// and no way that leads back into it from code where they are elsewhere.
/// </content>
internal sealed unsafe partial class RegionEmitter
{
    private static readonly MethodInfo Smaller = typeof(ulong).GetMethod(nameof(ulong.Min), [typeof(ulong), typeof(ulong)])!;

    private readonly Dictionary<LoopStream, LocalBuilder> _streamHosts = [];

    /// <summary>The counted loop being written, or null.</summary>
    private CountedLoop? _loop;

    private readonly record struct LocalScope(
        LocalBuilder?[] Registers,
        LocalBuilder?[] Vectors,
        LocalBuilder FlagA,
        LocalBuilder FlagB,
        LocalBuilder FlagC,
        LocalBuilder FlagOp,
        LocalBuilder? Half,
        LocalBuilder? UpperHalf);

    /// <summary>The region's locals go to the state; then chunks of turns, each as many as nothing can happen in. The state is up to date where a chunk begins.</summary>
    private void EmitLoop(CountedLoop loop)
    {
        Label chunk = _il.Label("chunk");
        Label turn = _il.Label("turn");
        Label last = _il.Label("last");
        Label otherwise = _il.Label("otherwise");
        ForEachRegister(_analysis.Modified, SpillRegister);
        ForEachRegister(_analysis.ModifiedVectors, SpillVector);
        SpillFlags();
        SpillBudget();

        _il.Mark(chunk);
        LocalScope region = Enter(LoopScope());
        _loop = loop;
        LocalBuilder turns = _il.Local(typeof(ulong), "turns");
        ForEachRegister(loop.Uses.Values, ReloadRegister);
        CountTurns(turns, otherwise);
        foreach (LoopStream stream in loop.Streams)
            FindStream(stream, turns, otherwise);
        ForEachRegister(loop.Uses.Vectors, ReloadVector);
        Charge(turns, -_block.RetiredCount);
        for (int i = 0; i < CpuState.VectorCount; i++)
        {
            if ((loop.ZeroedUppers >> i & 1) != 0 && !IsWide(i))
                ClearUpperInState(i);
        }

        _il.Mark(turn);
        _flags = FlagState.Unknown;
        EmitRange(0, _block.OpCount);
        _instruction = _block.Instructions.Length - 1;
        FlagState flags = SettledComparison();
        PushCondition(_block.Terminal.Condition);
        _il.Branch(OpCodes.Brfalse, last);
        _il.Load(turns);
        _il.Int64(1);
        _il.Op(OpCodes.Sub);
        _il.Store(turns);
        _il.Load(turns);
        _il.Branch(OpCodes.Brtrue, turn);
        LeaveTurn(loop, flags);
        _il.Branch(OpCodes.Br, chunk);

        _il.Mark(last);
        LeaveTurn(loop, flags);
        // The turn that ended here was done, those left of the chunk were not.
        _il.Load(turns);
        _il.Int64(1);
        _il.Op(OpCodes.Sub);
        _il.Store(turns);
        Charge(turns, _block.RetiredCount);
        EnterAgain(_plan.Entries.Count + _loopExits.IndexOf(_nodeIndex));

        _il.Mark(otherwise);
        EnterAgain(loop.Entry);
        _loop = null;
        Enter(region);
    }

    private readonly List<int> _loopExits = [];

    /// <summary>Labels of the pieces that go on behind counted loops, once the region's locals are loaded again: further cases of the switch over entries.</summary>
    private Label[] LoopExits()
    {
        for (int i = 0; i < _analysis.Nodes.Count; i++)
        {
            if (_analysis.Nodes[i].Loop != null && _analysis.Nodes[i].FlagsIn != FlagState.Unreached)
                _loopExits.Add(i);
        }

        return [.. _loopExits.Select(node =>
        {
            Label exit = _il.Label("behind");
            _cold.Add(() =>
            {
                _il.Mark(exit);
                (_node, _nodeIndex, _block, _flags) = (_analysis.Nodes[node], node, _analysis.Nodes[node].Block, FlagState.Unknown);
                GoTo(_block.Terminal.Next);
            });
            return exit;
        })];
    }

    /// <summary>Loads the region's locals from the state and goes on at a case of the switch over entries.</summary>
    private void EnterAgain(int entry)
    {
        _il.Int32(entry);
        _il.Op(OpCodes.Conv_I);
        _il.StoreArgument(2);
        _il.Branch(OpCodes.Br, _reload);
    }

    private LocalScope LoopScope() => new(
        new LocalBuilder?[_registers.Length],
        new LocalBuilder?[_vectors.Length],
        _il.Local(typeof(ulong), "loopFlagA"),
        _il.Local(typeof(ulong), "loopFlagB"),
        _il.Local(typeof(ulong), "loopFlagC"),
        _il.Local(typeof(int), "loopFlagOp"),
        null,
        null);

    /// <summary>Puts locals in force, and gives those that were.</summary>
    private LocalScope Enter(LocalScope scope)
    {
        LocalScope before = new(_registers, _vectors, _flagA, _flagB, _flagC, _flagOp, _half, _upperHalf);
        (_registers, _vectors, _flagA, _flagB, _flagC, _flagOp, _half, _upperHalf) = scope;
        return before;
    }

    /// <summary>As many turns as the budget has, by the rule of <see cref="BudgetCheck"/>: what it has must reach from the last of them to the next check.</summary>
    private void CountTurns(LocalBuilder turns, Label otherwise)
    {
        long path = _analysis.LongestPath(_nodeIndex, 0);
        LoadField(CpuStateLayout.Budget, OpCodes.Ldind_I8);
        _il.Int64(path);
        _il.Branch(OpCodes.Blt, otherwise);
        LoadField(CpuStateLayout.Budget, OpCodes.Ldind_I8);
        _il.Int64(path - _block.RetiredCount);
        _il.Op(OpCodes.Sub);
        _il.Int64(_block.RetiredCount);
        _il.Op(OpCodes.Div_Un);
        _il.Store(turns);
    }

    /// <summary>Adds turns times instructions to the budget in the state.</summary>
    private void Charge(LocalBuilder turns, long instructions)
    {
        Field(CpuStateLayout.Budget);
        LoadField(CpuStateLayout.Budget, OpCodes.Ldind_I8);
        _il.Load(turns);
        _il.Int64(instructions);
        _il.Op(OpCodes.Mul);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Stind_I8);
    }

    /// <summary>Looks a stream's page up and limits the turns to those that stay in it.</summary>
    private void FindStream(LoopStream stream, LocalBuilder turns, Label otherwise)
    {
        PushStreamAddress(stream);
        _il.Store(_address);
        if (stream.AlignedSize > 1)
        {
            PushOffset(stream.AlignedAt - stream.First);
            _il.Int64(stream.AlignedSize - 1);
            _il.Op(OpCodes.And);
            _il.Branch(OpCodes.Brtrue, otherwise);
        }

        LocalBuilder host = _streamHosts[stream] = _il.Local(typeof(nint), "host");
        ProbeTlb(stream.Writes ? WriteTagOffset : ReadTagOffset, 0, stream.Span, otherwise);
        _il.Load(_address);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.Sub);
        switch (stream.InvariantPart(_loop!.Writes.Values))
        {
            case LoopInvariant.Base:
                _il.Load(Register(stream.Base));
                _il.Op(OpCodes.Conv_I);
                _il.Op(OpCodes.Add);
                break;
            case LoopInvariant.Index:
                PushIndex(stream.Index, stream.Scale);
                _il.Op(OpCodes.Conv_I);
                _il.Op(OpCodes.Add);
                break;
        }

        _il.Store(host);
        if (stream.Step == 0)
            return;

        // Bytes to the page's end from the last byte accessed, or to its beginning from the first.
        if (stream.Step > 0)
        {
            _il.Int64((long)GuestMemory.FrameMask);
            PushOffset(stream.Span - 1);
            _il.Int64((long)GuestMemory.FrameMask);
            _il.Op(OpCodes.And);
            _il.Op(OpCodes.Sub);
        }
        else
        {
            _il.Load(_address);
            _il.Int64((long)GuestMemory.FrameMask);
            _il.Op(OpCodes.And);
        }

        _il.Int64(Math.Abs(stream.Step));
        _il.Op(OpCodes.Div_Un);
        _il.Int64(1);
        _il.Op(OpCodes.Add);
        _il.Load(turns);
        _il.Call(Smaller);
        _il.Store(turns);
    }

    /// <summary>Pushes the guest address of a stream's first byte in the turn that begins.</summary>
    private void PushStreamAddress(LoopStream stream)
    {
        _il.Int64(stream.First);
        if (stream.Base >= 0)
        {
            _il.Load(Register(stream.Base));
            _il.Op(OpCodes.Add);
        }

        if (stream.Index >= 0)
        {
            PushIndex(stream.Index, stream.Scale);
            _il.Op(OpCodes.Add);
        }
    }

    private void PushIndex(int register, int scale)
    {
        _il.Load(Register(register));
        if (scale == 0)
            return;
        _il.Int32(scale);
        _il.Op(OpCodes.Shl);
    }

    /// <summary>Pushes the host address of an access in the loop being written.</summary>
    private void PushLoopAddress(in MicroOp op)
    {
        LoopStream stream = _loop!.StreamOf(_op);
        _il.Load(_streamHosts[stream]);
        switch (stream.InvariantPart(_loop.Writes.Values))
        {
            case LoopInvariant.Base:
                if (op.B != Operand.None)
                {
                    PushIndex(op.B, op.Aux & MemoryAux.ScaleMask);
                    _il.Op(OpCodes.Conv_I);
                    _il.Op(OpCodes.Add);
                }

                break;
            case LoopInvariant.Index:
                if (op.A != Operand.None)
                {
                    _il.Load(Register(op.A));
                    _il.Op(OpCodes.Conv_I);
                    _il.Op(OpCodes.Add);
                }

                break;
            default:
                PushAddress(op);
                _il.Op(OpCodes.Conv_I);
                _il.Op(OpCodes.Add);
                return;
        }

        if (op.Imm == 0)
            return;
        _il.Int64(op.Imm);
        _il.Op(OpCodes.Add);
    }

    /// <summary>The flags where the turn ends; a comparison that was left to the branch is done here, for both ways want it.</summary>
    private FlagState SettledComparison()
    {
        if (_flags.A.Kind == FlagSourceKind.Comparison)
        {
            MicroOp comparison = _flags.A.ComparisonOp;
            PushComparison(comparison);
            _il.Store(Register(comparison.Dst));
            _flags = _flags with { A = FlagSource.Of(comparison.Dst, 0, 8) };
        }

        return _flags;
    }

    /// <summary>What turns have changed goes to the state.</summary>
    private void LeaveTurn(CountedLoop loop, FlagState flags)
    {
        ForEachRegister(loop.Writes.Values, SpillRegister);
        ForEachRegister(loop.Writes.Vectors, SpillVector);
        SettleFlags(flags);
        SpillFlags();
    }
}
