using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// What the emitter must know of a region before it writes a line: nodes and inner edges, where the budget is checked and for how much, registers,
/// which flag operations anybody reads, and where the flags' operands are.
/// </summary>
internal sealed class RegionAnalysis
{
    private const ulong GuestRegisters = 0xffff;
    private readonly Dictionary<ulong, int> _index = [];
    private readonly List<RegionNode> _nodes = [];
    private readonly int[] _entryNodes;
    private readonly Dictionary<(int Node, int From), long> _paths = [];

    /// <param name="plan">The region.</param>
    /// <param name="hostFloats">True if floating point is to be computed by host instructions, which cannot stop.</param>
    /// <param name="isSmall">True to have the least code written, at the price of speed.</param>
    public RegionAnalysis(RegionPlan plan, bool hostFloats, bool isSmall)
    {
        for (int i = 0; i < plan.Blocks.Count; i++)
        {
            _index[plan.Blocks[i].Rip] = i;
            _nodes.Add(new RegionNode(plan.Blocks[i]));
        }

        foreach (RegionNode node in _nodes)
            FindSuccessors(node);
        _entryNodes = [.. plan.Entries.Select(EntryNode)];
        FindLoops(plan, hostFloats);
        FindHeaders();
        FindRegisters();
        FindLiveFlags();
        FindFlagStates();
        UpperHalves.Find(_nodes);
        foreach (RegionNode node in _nodes)
            FindLiveTemporaries(node);
        for (int i = 0; i < _nodes.Count; i++)
            _nodes[i].FindGroups(i, UsesFloats, isSmall || IsSecondCopy(i));
        if (UsesFloats)
            FloatAnalysis.Run(_nodes, _entryNodes);
    }

    public IReadOnlyList<RegionNode> Nodes => _nodes;

    /// <summary>Per entry of the plan, the node it enters.</summary>
    public IReadOnlyList<int> EntryNodes => _entryNodes;

    /// <summary>Guest registers that the region reads or writes.</summary>
    public ulong Used { get; private set; }

    public ulong Modified { get; private set; }

    /// <summary>Guest vector registers that the region reads or writes.</summary>
    public ulong UsedVectors { get; private set; }

    public ulong ModifiedVectors { get; private set; }

    /// <summary>Vector registers and temporaries that the region uses in full: their locals have 256 bits.</summary>
    public ulong WideVectors { get; private set; }

    /// <summary>True if the region computes under MXCSR.</summary>
    public bool UsesFloats { get; private set; }

    /// <summary>True if any flag operation survives, or a helper writes flags.</summary>
    public bool ModifiesFlags { get; private set; }

    public bool UsesFlags { get; private set; }

    /// <summary>The inner node at an address, or -1.</summary>
    public int IndexOf(ulong rip) => _index.TryGetValue(rip, out int i) ? i : -1;

    /// <summary>
    /// The node to which the end of another leads, or -1. The first turn of a counted loop is done in the block's ordinary copy: many loops have no second, and to begin a counted one costs as much as
    /// several turns.
    /// </summary>
    public int Target(RegionNode from, ulong rip)
    {
        int index = IndexOf(rip);
        return index >= 0 && _nodes[index].Loop is { } loop && from.Block.Rip != rip ? _entryNodes[loop.Entry] : index;
    }

    /// <summary>
    /// Instructions on the longest way from instruction <paramref name="from"/> of a node to the next check or out of the region:
    /// what a check there asks of the budget.
    /// </summary>
    public long LongestPath(int node, int from)
    {
        if (_paths.TryGetValue((node, from), out long known))
            return known;
        long longest = 0;
        foreach (int next in _nodes[node].Successors)
            longest = Math.Max(longest, _nodes[next].IsHeader ? _nodes[next].CheckInstruction : LongestPath(next, 0));
        longest += _nodes[node].Block.RetiredCount - from;
        _paths[(node, from)] = longest;
        return longest;
    }

    private void FindSuccessors(RegionNode node)
    {
        Terminal terminal = node.Block.Terminal;
        List<int> inner = [];
        switch (terminal.Kind)
        {
            case TerminalKind.Jump:
                Add(terminal.Target);
                break;
            case TerminalKind.Branch:
            case TerminalKind.BranchNonZero:
                Add(terminal.Target);
                Add(terminal.Next);
                break;
            default:
                node.HasOuterExit = true;
                break;
        }

        node.Successors = [.. inner.Distinct()];

        void Add(ulong rip)
        {
            int index = IndexOf(rip);
            if (index >= 0)
                inner.Add(index);
            else
                node.HasOuterExit = true;
        }
    }

    /// <summary>The node for an entry: the block's own, or a second one if inner paths lead to the block too.</summary>
    private int EntryNode(int block)
    {
        int result = block;
        if (_nodes.Any(n => n.Successors.Contains(block)))
        {
            RegionNode copy = new(_nodes[block].Block) { Successors = _nodes[block].Successors, HasOuterExit = _nodes[block].HasOuterExit };
            result = _nodes.Count;
            _nodes.Add(copy);
        }

        _nodes[result].IsEntry = true;
        _nodes[result].IsHeader = true;
        return result;
    }

    /// <summary>Finds the loops of one block that can be counted. Each of them is an entry too, so that the block is written a second time, as it is.</summary>
    private void FindLoops(RegionPlan plan, bool hostFloats)
    {
        for (int i = 0; i < _entryNodes.Length; i++)
        {
            int block = plan.Entries[i];
            if (_entryNodes[i] == block || !_nodes[block].Successors.Contains(block) || !CountedLoop.TryFind(_nodes[block].Block, hostFloats, out CountedLoop? loop))
                continue;
            loop.Entry = i;
            _nodes[block].Loop = loop;
        }

        foreach (RegionNode node in _nodes)
            node.Successors = [.. node.Successors.Select(s => Target(node, _nodes[s].Block.Rip))];
    }

    /// <summary>True for the copy of a block that only serves to enter it. (That of a counted loop does its first turns.)</summary>
    private bool IsSecondCopy(int index)
    {
        int inner = IndexOf(_nodes[index].Block.Rip);
        return inner != index && _nodes[inner].Loop == null;
    }

    private void FindHeaders()
    {
        // Depth first, without recursion: an edge to a node still on the path closes a cycle.
        byte[] color = new byte[_nodes.Count];
        Stack<(int Node, int Next)> path = new();
        foreach (int entry in _entryNodes)
        {
            if (color[entry] != 0)
                continue;
            color[entry] = 1;
            path.Push((entry, 0));
            while (path.Count > 0)
            {
                (int node, int next) = path.Pop();
                if (next == _nodes[node].Successors.Length)
                {
                    color[node] = 2;
                    continue;
                }

                path.Push((node, next + 1));
                int successor = _nodes[node].Successors[next];
                if (color[successor] == 1)
                {
                    _nodes[successor].IsHeader = true;
                }
                else if (color[successor] == 0)
                {
                    color[successor] = 1;
                    path.Push((successor, 0));
                }
            }
        }

        foreach (RegionNode node in _nodes)
        {
            if (node.IsHeader && !node.IsEntry && node.Loop == null)
                node.CheckInstruction = FindCheck(node.Block);
        }
    }

    /// <summary>The instruction behind the first that overwrites all flags, if nothing up to there can stop; else 0.</summary>
    private static int FindCheck(MicroBlock block)
    {
        ReadOnlySpan<MicroOp> ops = block.OpSpan;
        for (int k = 0; k < ops.Length && !MicroOpTable.MayExit(ops[k], block.Mode); k++)
        {
            if (MicroOpTable.FlagsWritten(ops[k]) != Rflags.Arithmetic)
                continue;
            int check = block.InstructionAt(k) + 1;
            return check < block.RetiredCount ? check : 0;
        }

        return 0;
    }

    private void FindRegisters()
    {
        foreach (RegionNode node in _nodes)
        {
            foreach (ref readonly MicroOp op in node.Block.OpSpan)
            {
                Used |= MicroOpOperands.ValueReads(op);
                Modified |= MicroOpOperands.ValueWrites(op);
                UsedVectors |= MicroOpOperands.VectorReads(op);
                ModifiedVectors |= MicroOpOperands.VectorWrites(op);
                WideVectors |= MicroOpOperands.WideVectors(op);
                UsesFloats |= MicroOpTable.IsFloat(MicroOpTable.Shape(op.Code));
            }

            if (node.Block.Terminal.Kind is TerminalKind.Indirect or TerminalKind.BranchNonZero && node.Block.Terminal.Register < 16)
                Used |= 1UL << node.Block.Terminal.Register;
        }

        Modified &= GuestRegisters;
        Used = (Used & GuestRegisters) | Modified;
        ModifiedVectors &= GuestRegisters;
        UsedVectors = (UsedVectors & GuestRegisters) | ModifiedVectors;
    }

    private void FindLiveFlags()
    {
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = _nodes.Count - 1; i >= 0; i--)
            {
                ulong live = Backwards(_nodes[i]);
                if (live != _nodes[i].LiveIn)
                {
                    _nodes[i].LiveIn = live;
                    changed = true;
                }
            }
        }

        foreach (RegionNode node in _nodes)
        {
            ReadOnlySpan<MicroOp> ops = node.Block.OpSpan;
            for (int k = 0; k < ops.Length; k++)
            {
                MicroOpRow row = MicroOpTable.Row(ops[k].Code);
                ModifiesFlags |= (row.Shape == MicroOpShape.SetFlags && node.WritesLiveFlags[k]) || row.HelperWritesFlags;
                UsesFlags |= row.Shape == MicroOpShape.GetFlags || row.HelperReadsFlags;
            }

            UsesFlags |= node.Block.Terminal.Kind == TerminalKind.Branch;
        }
    }

    private ulong Backwards(RegionNode node)
    {
        ulong live = node.HasOuterExit ? Rflags.Arithmetic : 0;
        foreach (int successor in node.Successors)
            live |= _nodes[successor].LiveIn;
        if (node.Block.Terminal.Kind == TerminalKind.Branch)
            live |= MicroOpTable.FlagsRead(node.Block.Terminal.Condition);
        ReadOnlySpan<MicroOp> ops = node.Block.OpSpan;
        int check = node.IsHeader ? node.Block.Instructions.Length == 0 ? 0 : node.Block.Instructions[node.CheckInstruction].FirstOp : -1;
        for (int k = ops.Length - 1; k >= 0; k--)
        {
            // Whoever goes on after the check has refused sees all flags.
            if (k + 1 == check)
                live = Rflags.Arithmetic;
            node.FlagsLiveAfter[k] = live != 0;
            node.WritesLiveFlags[k] = MicroOpTable.Shape(ops[k].Code) != MicroOpShape.SetFlags || live != 0;
            live &= ~MicroOpTable.FlagsWritten(ops[k]);
            live |= MicroOpTable.FlagsRead(ops[k], node.Block.Mode);
        }

        return check == 0 ? Rflags.Arithmetic : live;
    }

    /// <summary>
    /// Temporaries end with their instruction, so one backward walk over the block is enough. Those that hold flag words are known from
    /// <see cref="FlagState"/> and are not counted here.
    /// </summary>
    private static void FindLiveTemporaries(RegionNode node)
    {
        Terminal terminal = node.Block.Terminal;
        ulong live = terminal.Kind is TerminalKind.Indirect or TerminalKind.BranchNonZero ? 1UL << terminal.Register : 0;
        ReadOnlySpan<MicroOp> ops = node.Block.OpSpan;
        for (int k = ops.Length - 1; k >= 0; k--)
        {
            node.TemporariesLiveAfter[k] = live & ~GuestRegisters;
            live &= ~MicroOpOperands.ValueWrites(ops[k]);
            if (node.WritesLiveFlags[k])
                live |= MicroOpOperands.ValueReads(ops[k]);
        }
    }

    private void FindFlagStates()
    {
        foreach (int entry in _entryNodes)
            _nodes[entry].FlagsIn = FlagState.Unknown;
        foreach (RegionNode node in _nodes)
        {
            // Into a counted loop and out of it flags go through the state.
            if (node.Loop != null)
                node.FlagsIn = FlagState.Unknown;
        }

        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (RegionNode node in _nodes)
            {
                if (node.FlagsIn == FlagState.Unreached)
                    continue;
                FlagState flags = node.FlagsIn;
                ReadOnlySpan<MicroOp> ops = node.Block.OpSpan;
                for (int k = 0; k < ops.Length; k++)
                    flags = flags.After(ops[k], node.WritesLiveFlags[k]);
                if (node.Loop != null)
                    flags = FlagState.Unknown;
                foreach (int successor in node.Successors)
                {
                    FlagState merged = _nodes[successor].FlagsIn.Merge(flags);
                    if (merged != _nodes[successor].FlagsIn)
                    {
                        _nodes[successor].FlagsIn = merged;
                        changed = true;
                    }
                }
            }
        }
    }
}
