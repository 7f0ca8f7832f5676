using System.Reflection;
using System.Reflection.Emit;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// Writes the IL of one region. Guest registers and the lazy-flag words are IL locals, loaded at the entries and written back on every
/// way out; slow paths and exits stand behind the hot code.
/// </summary>
internal sealed unsafe partial class RegionEmitter
{
    private static readonly MethodInfo EvaluateFlags = typeof(LazyFlags).GetMethod(nameof(LazyFlags.Evaluate))!;
    private static readonly MethodInfo MaterializeFlags = typeof(LazyFlags).GetMethod(nameof(LazyFlags.Materialize))!;

    private readonly bool _hostFloats;
    private readonly bool _exactNaNs;
    private readonly RegionPlan _plan;
    private readonly RegionAnalysis _analysis;
    private readonly NativeTables _tables;
    private readonly IlWriter _il;
    private LocalBuilder?[] _registers = new LocalBuilder?[48];
    private readonly LocalBuilder _budget;
    private readonly LocalBuilder _rip;
    private readonly LocalBuilder _address;
    private readonly LocalBuilder _value;
    private readonly LocalBuilder _entry;
    private readonly LocalBuilder _link;
    private readonly LocalBuilder _fault;
    private LocalBuilder _flagA;
    private LocalBuilder _flagB;
    private LocalBuilder _flagC;
    private LocalBuilder _flagOp;
    private readonly Label _reload;
    private readonly Label _faultExit;
    private readonly Label _leaveExit;
    private readonly Label _linkExit;
    private readonly Label _jumpExit;
    private readonly Label[] _labels;
    private readonly List<Action> _cold = [];
    private int _linksUsed;
    private int _faultsUsed;

    /// <summary>What is known of the flags at the point being written.</summary>
    private FlagState _flags;

    private RegionNode _node = null!;
    private MicroBlock _block = null!;
    private int _nodeIndex;
    private int _instruction;

    /// <summary>Index of the micro-op being written.</summary>
    private int _op;

    /// <param name="hostFloats">True to compute floats with the host's instructions under the guest's MXCSR, false to call the methods.</param>
    /// <param name="exactNaNs">True to keep the order of NaNs that RyuJIT does not.</param>
    public RegionEmitter(RegionPlan plan, RegionAnalysis analysis, NativeTables tables, IlWriter il, bool hostFloats, bool exactNaNs)
    {
        _exactNaNs = exactNaNs;
        _hostFloats = hostFloats && analysis.UsesFloats;
        _plan = plan;
        _analysis = analysis;
        _tables = tables;
        _il = il;
        _budget = il.Local(typeof(long), "budget");
        _rip = il.Local(typeof(ulong), "rip");
        _address = il.Local(typeof(ulong), "address");
        _value = il.Local(typeof(ulong), "value");
        _entry = il.Local(typeof(nint), "tlbEntry");
        _link = il.Local(typeof(nint), "link");
        _fault = il.Local(typeof(nint), "fault");
        _flagA = il.Local(typeof(ulong), "flagA");
        _flagB = il.Local(typeof(ulong), "flagB");
        _flagC = il.Local(typeof(ulong), "flagC");
        _flagOp = il.Local(typeof(int), "flagOp");
        _reload = il.Label("reload");
        _faultExit = il.Label("fault");
        _leaveExit = il.Label("leave");
        _linkExit = il.Label("link");
        _jumpExit = il.Label("jump");
        _labels = [.. analysis.Nodes.Select(n => il.Label($"{(n.IsEntry ? "from" : "block")}_{n.Block.Rip:x}"))];
    }

    /// <summary>Writes everything. Returns per entry the budget that its check asks for.</summary>
    public long[] Emit()
    {
        Prologue();
        for (int i = 0; i < _analysis.Nodes.Count; i++)
        {
            if (_analysis.Nodes[i].FlagsIn != FlagState.Unreached)
                EmitNode(i);
        }

        // A cold piece may ask for another.
        for (int i = 0; i < _cold.Count; i++)
            _cold[i]();
        SlowAccesses();
        CommonExits();
        return [.. _analysis.EntryNodes.Select(n => _analysis.LongestPath(n, 0))];
    }

    private static string RegisterName(int register) => register < 16
        ? ((string[])["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"])[register]
        : $"t{register - 16}";

    private LocalBuilder Register(int register) => _registers[register] ??= _il.Local(typeof(ulong), RegisterName(register));

    private void Prologue()
    {
        // Before anything is in a local: none then lives across the call.
        Trail();
        EnterFloats();
        _il.Mark(_reload);
        LoadField(CpuStateLayout.Budget, OpCodes.Ldind_I8);
        _il.Store(_budget);
        for (int i = 0; i < 16; i++)
        {
            if ((_analysis.Used >> i & 1) != 0)
                ReloadRegister(i);
        }

        ForEachRegister(_analysis.UsedVectors, ReloadVector);
        if (_analysis.UsesFlags || _analysis.ModifiesFlags)
            ReloadFlags();
        Label[] stubs = [.. _plan.Entries.Select(e => _il.Label($"entry_{_plan.Blocks[e].Rip:x}")), .. LoopExits()];
        if (stubs.Length > 1)
        {
            _il.Argument(2);
            _il.Op(OpCodes.Conv_I4);
            _il.Switch(stubs);
        }

        // The last stub falls through to nothing, so the first, which is also the default, comes last.
        if (stubs.Length > 1)
            _il.Branch(OpCodes.Br, stubs[0]);
        for (int i = _plan.Entries.Count - 1; i >= 0; i--)
        {
            _il.Mark(stubs[i]);
            _il.Branch(OpCodes.Br, _labels[_analysis.EntryNodes[i]]);
        }
    }

    /// <summary>Enters the block at which the region is entered in the ring of recent blocks.</summary>
    private void Trail()
    {
        for (int i = 0; i < _plan.Entries.Count; i++)
            _tables.EntryRips[i] = _plan.Blocks[_plan.Entries[i]].Rip;
        Field(CpuStateLayout.Trail);
        LoadField(CpuStateLayout.TrailIndex, OpCodes.Ldind_U4);
        _il.Int32(CpuState.TrailLength - 1);
        _il.Op(OpCodes.And);
        _il.Int32(3);
        _il.Op(OpCodes.Shl);
        _il.Op(OpCodes.Conv_I);
        _il.Op(OpCodes.Add);
        _il.Int64((long)_tables.EntryRips);
        _il.Op(OpCodes.Conv_I);
        if (_plan.Entries.Count > 1)
        {
            _il.Argument(2);
            _il.Int32(3);
            _il.Op(OpCodes.Shl);
            _il.Op(OpCodes.Add);
        }

        _il.Op(OpCodes.Ldind_I8);
        _il.Op(OpCodes.Stind_I8);
        Field(CpuStateLayout.TrailIndex);
        LoadField(CpuStateLayout.TrailIndex, OpCodes.Ldind_U4);
        _il.Int32(1);
        _il.Op(OpCodes.Add);
        _il.Op(OpCodes.Stind_I4);
    }

    private void EmitNode(int index)
    {
        _node = _analysis.Nodes[index];
        _nodeIndex = index;
        _block = _node.Block;
        _flags = _node.FlagsIn;
        _il.Mark(_labels[index]);
        if (_node.Loop is { } loop)
        {
            EmitLoop(loop);
            return;
        }

        if (_block.RetiredCount > 0)
        {
            _il.Load(_budget);
            _il.Int64(_block.RetiredCount);
            _il.Op(OpCodes.Sub);
            _il.Store(_budget);
        }

        int check = _node.IsHeader ? _block.Instructions[_node.CheckInstruction].FirstOp : -1;
        ReadOnlySpan<MicroOp> ops = _block.OpSpan;
        _groups = _node.Groups;
        for (int k = 0; k <= ops.Length;)
        {
            if (k == check)
                BudgetCheck();
            if (k == ops.Length)
                break;
            if (_node.IsTwice)
            {
                int end = k < check ? check : ops.Length;
                EmitTwice(k, end);
                k = end;
            }
            else if (_groups[k] is { Leads: true })
            {
                k = EmitCluster(k);
            }
            else
            {
                EmitRange(k, k + 1);
                k++;
            }
        }

        EmitTerminal();
    }

    /// <summary>Writes the micro-ops from one index up to another.</summary>
    private void EmitRange(int from, int to)
    {
        for (int k = from; k < to; k++)
        {
            ref readonly MicroOp op = ref _block.OpSpan[k];
            int instruction = _block.InstructionAt(k);
            if (k == _block.Instructions[instruction].FirstOp)
                _il.Comment($"0x{_block.RipOf(instruction):x}");
            _instruction = instruction;
            _op = k;
            SaveFlagWords(k, op);
            EmitOp(k, op);
            _flags = _flags.After(op, _node.WritesLiveFlags[k]);
            if (_deferred is { } comparison && op.Code == MicroOpCode.SetFlags)
            {
                _flags = _flags with { A = FlagSource.Comparison(comparison) };
                _deferred = null;
            }
        }
    }

    /// <summary>
    /// Leaves if the budget, already charged for this block, does not reach to the next check. Nothing of the block from the check's instruction on has
    /// happened, so that much is given back.
    /// </summary>
    private void BudgetCheck()
    {
        Label low = _il.Label("low");
        int instruction = _node.CheckInstruction;
        long refund = _block.RetiredCount - instruction;
        ulong rip = _block.RipOf(instruction);
        FlagState flags = _flags;
        _il.Load(_budget);
        _il.Int64(_analysis.LongestPath(_nodeIndex, instruction) - refund);
        _il.Branch(OpCodes.Blt, low);
        _cold.Add(() =>
        {
            _il.Mark(low);
            _il.Load(_budget);
            _il.Int64(refund);
            _il.Op(OpCodes.Add);
            _il.Store(_budget);
            SetRip(rip);
            SettleFlags(flags);
            _il.Branch(OpCodes.Br, _leaveExit);
        });
    }

    private void EmitOp(int index, in MicroOp op)
    {
        MicroOpRow row = MicroOpTable.Row(op.Code);
        switch (row.Shape)
        {
            case MicroOpShape.Value1:
            case MicroOpShape.Value2:
            case MicroOpShape.Value3:
            case MicroOpShape.Word3:
            case MicroOpShape.Extend:
            case MicroOpShape.Insert:
                EmitValue(op, row.Shape);
                break;
            case MicroOpShape.SetFlags:
                if (_node.WritesLiveFlags[index])
                    EmitSetFlags(op);
                break;
            case MicroOpShape.GetFlags:
                if (op.Code == MicroOpCode.ReadFlags)
                {
                    PushFlags();
                    _il.Call(MaterializeFlags);
                }
                else
                {
                    PushCondition((Condition)op.Aux);
                    _il.Op(OpCodes.Conv_U8);
                }

                _il.Store(Register(op.Dst));
                break;
            case MicroOpShape.Load:
                EmitLoad(op);
                break;
            case MicroOpShape.Store:
                EmitStore(op);
                break;
            case MicroOpShape.Address:
                PushAddress(op, segment: false);
                Truncate(op.Size);
                _il.Store(Register(op.Dst));
                break;
            case MicroOpShape.Atomic:
                EmitAtomic(op);
                break;
            case MicroOpShape.VectorLoad:
                EmitVectorLoad(op);
                break;
            case MicroOpShape.VectorStore:
                EmitVectorStore(op);
                break;
            case MicroOpShape.Vector:
            case MicroOpShape.Vector3:
            case MicroOpShape.VectorWide:
            case MicroOpShape.VectorToValue:
            case MicroOpShape.VectorsToValue:
            case MicroOpShape.WideToValue:
            case MicroOpShape.ValueToVector:
                EmitVector(op, row.Shape);
                break;
            case MicroOpShape.Float:
            case MicroOpShape.Float3:
            case MicroOpShape.FloatWide:
            case MicroOpShape.FloatToValue:
            case MicroOpShape.ValueToFloat:
                EmitFloat(index, op, row.Shape);
                break;
            case MicroOpShape.Helper when op.Code == MicroOpCode.CheckTarget:
                EmitCheckTarget(op);
                break;
            case MicroOpShape.Helper when op.Code == MicroOpCode.VectorZeroUppers:
                EmitZeroUppers();
                break;
            default:
                EmitHelper(index, op, row);
                break;
        }
    }

    // The state

    private void Field(int offset)
    {
        _il.Argument(1);
        _il.AddOffset(offset);
    }

    private void LoadField(int offset, OpCode load)
    {
        Field(offset);
        _il.Op(load);
    }

    private void ReloadRegister(int register)
    {
        LoadField(CpuStateLayout.Register(register), OpCodes.Ldind_I8);
        _il.Store(Register(register));
    }

    private void SpillRegister(int register)
    {
        Field(CpuStateLayout.Register(register));
        _il.Load(Register(register));
        _il.Op(OpCodes.Stind_I8);
    }

    private void ReloadFlags()
    {
        LoadField(CpuStateLayout.FlagA, OpCodes.Ldind_I8);
        _il.Store(_flagA);
        LoadField(CpuStateLayout.FlagB, OpCodes.Ldind_I8);
        _il.Store(_flagB);
        LoadField(CpuStateLayout.FlagC, OpCodes.Ldind_I8);
        _il.Store(_flagC);
        LoadField(CpuStateLayout.FlagOp, OpCodes.Ldind_I4);
        _il.Store(_flagOp);
    }

    private void SpillFlags()
    {
        Field(CpuStateLayout.FlagA);
        _il.Load(_flagA);
        _il.Op(OpCodes.Stind_I8);
        Field(CpuStateLayout.FlagB);
        _il.Load(_flagB);
        _il.Op(OpCodes.Stind_I8);
        Field(CpuStateLayout.FlagC);
        _il.Load(_flagC);
        _il.Op(OpCodes.Stind_I8);
        Field(CpuStateLayout.FlagOp);
        _il.Load(_flagOp);
        _il.Op(OpCodes.Stind_I4);
    }

    private void SpillBudget()
    {
        Field(CpuStateLayout.Budget);
        _il.Load(_budget);
        _il.Op(OpCodes.Stind_I8);
    }

    /// <summary>Everything that the region may have changed goes back to the state.</summary>
    private void WriteBack()
    {
        for (int i = 0; i < 16; i++)
        {
            if ((_analysis.Modified >> i & 1) != 0)
                SpillRegister(i);
        }

        ForEachRegister(_analysis.ModifiedVectors, SpillVector);
        LeaveFloats();
        if (_analysis.ModifiesFlags)
            SpillFlags();
        SpillBudget();
        Field(CpuStateLayout.Rip);
        _il.Load(_rip);
        _il.Op(OpCodes.Stind_I8);
    }

    private void SetRip(ulong rip)
    {
        _il.Int64((long)rip);
        _il.Store(_rip);
    }
}
