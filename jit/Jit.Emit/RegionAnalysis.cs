using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// What the emitter must know of a region before it writes a line: inner edges, loop heads and their longest paths, registers,
/// which flag operations anybody reads, and where the kind of the flags is known.
/// </summary>
internal sealed class RegionAnalysis
{
    /// <summary>The flags in force may be of any kind; the local holds which.</summary>
    public const int UnknownFlags = -1;

    private const int Unreached = -2;
    private const ulong GuestRegisters = 0xffff;
    private readonly IReadOnlyList<MicroBlock> _blocks;
    private readonly Dictionary<ulong, int> _index = [];
    private readonly long[] _pathCache;

    public RegionAnalysis(RegionPlan plan)
    {
        _blocks = plan.Blocks;
        int count = _blocks.Count;
        for (int i = 0; i < count; i++)
            _index[_blocks[i].Rip] = i;
        Successors = new int[count][];
        HasOuterExit = new bool[count];
        for (int i = 0; i < count; i++)
            FindSuccessors(i);
        IsHeader = new bool[count];
        foreach (int entry in plan.Entries)
            IsHeader[entry] = true;
        MarkLoopHeads(plan.Entries);
        _pathCache = new long[count];
        FindRegisters();
        LiveFlags = new bool[count][];
        FindDeadFlags();
        FlagsIn = new int[count];
        FindFlagKinds(plan.Entries);
    }

    /// <summary>Indices of successors within the region.</summary>
    public int[][] Successors { get; }

    /// <summary>True if the block can leave the region at its end.</summary>
    public bool[] HasOuterExit { get; }

    /// <summary>Blocks where the budget is checked: entries and targets of backward edges.</summary>
    public bool[] IsHeader { get; }

    /// <summary>Guest registers that the region reads or writes.</summary>
    public ulong Used { get; private set; }

    public ulong Modified { get; private set; }

    /// <summary>True if any flag operation survives, or a helper writes flags.</summary>
    public bool ModifiesFlags { get; private set; }

    public bool UsesFlags { get; private set; }

    /// <summary>Per block and micro-op: false for a flag operation that nobody reads.</summary>
    public bool[][] LiveFlags { get; }

    /// <summary>Per block: the flag operation in force at its start, or <see cref="UnknownFlags"/>.</summary>
    public int[] FlagsIn { get; }

    /// <summary>The inner block at an address, or -1.</summary>
    public int IndexOf(ulong rip) => _index.TryGetValue(rip, out int i) ? i : -1;

    /// <summary>Instructions on the longest way from a header to the next header or out: what its budget check asks for.</summary>
    public long LongestPath(int block)
    {
        if (_pathCache[block] != 0)
            return _pathCache[block] - 1;
        long longest = 0;
        foreach (int next in Successors[block])
        {
            if (!IsHeader[next])
                longest = Math.Max(longest, LongestPath(next));
        }

        longest += _blocks[block].RetiredCount;
        _pathCache[block] = longest + 1;
        return longest;
    }

    /// <summary>The flag operation in force after a micro-op.</summary>
    public static int FlagsAfter(in MicroOp op, bool live, int before)
    {
        switch (op.Code)
        {
            case MicroOpCode.SetFlags:
                return live ? LazyFlags.Operation((FlagKind)op.Aux, op.Size) : before;
            case MicroOpCode.SetFlagsIfCount:
                return live && before != LazyFlags.Operation((FlagKind)op.Aux, op.Size) ? UnknownFlags : before;
            default:
                return MicroOpTable.Row(op.Code).HelperWritesFlags ? UnknownFlags : before;
        }
    }

    private void FindSuccessors(int i)
    {
        Terminal terminal = _blocks[i].Terminal;
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
                HasOuterExit[i] = true;
                break;
        }

        Successors[i] = [.. inner.Distinct()];

        void Add(ulong rip)
        {
            int index = IndexOf(rip);
            if (index >= 0)
                inner.Add(index);
            else
                HasOuterExit[i] = true;
        }
    }

    private void MarkLoopHeads(IEnumerable<int> entries)
    {
        // Depth first, without recursion: an edge to a block still on the path closes a cycle.
        byte[] color = new byte[_blocks.Count];
        Stack<(int Block, int Next)> path = new();
        foreach (int entry in entries)
        {
            if (color[entry] != 0)
                continue;
            color[entry] = 1;
            path.Push((entry, 0));
            while (path.Count > 0)
            {
                (int block, int next) = path.Pop();
                if (next == Successors[block].Length)
                {
                    color[block] = 2;
                    continue;
                }

                path.Push((block, next + 1));
                int successor = Successors[block][next];
                if (color[successor] == 1)
                {
                    IsHeader[successor] = true;
                }
                else if (color[successor] == 0)
                {
                    color[successor] = 1;
                    path.Push((successor, 0));
                }
            }
        }
    }

    private void FindRegisters()
    {
        foreach (MicroBlock block in _blocks)
        {
            foreach (ref readonly MicroOp op in block.OpSpan)
            {
                Used |= RegisterUse.Reads(op);
                Modified |= RegisterUse.Writes(op);
            }

            if (block.Terminal.Kind is TerminalKind.Indirect or TerminalKind.BranchNonZero && block.Terminal.Register < 16)
                Used |= 1UL << block.Terminal.Register;
        }

        Modified &= GuestRegisters;
        Used = (Used & GuestRegisters) | Modified;
    }

    private void FindDeadFlags()
    {
        ulong[] liveIn = new ulong[_blocks.Count];
        for (int i = 0; i < _blocks.Count; i++)
            LiveFlags[i] = new bool[_blocks[i].OpCount];
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = _blocks.Count - 1; i >= 0; i--)
            {
                ulong live = Backwards(i, liveIn);
                if (live != liveIn[i])
                {
                    liveIn[i] = live;
                    changed = true;
                }
            }
        }

        for (int i = 0; i < _blocks.Count; i++)
        {
            ReadOnlySpan<MicroOp> ops = _blocks[i].OpSpan;
            for (int k = 0; k < ops.Length; k++)
            {
                MicroOpRow row = MicroOpTable.Row(ops[k].Code);
                ModifiesFlags |= (row.Shape == MicroOpShape.SetFlags && LiveFlags[i][k]) || row.HelperWritesFlags;
                UsesFlags |= row.Shape == MicroOpShape.GetFlags || row.HelperReadsFlags;
            }

            UsesFlags |= _blocks[i].Terminal.Kind == TerminalKind.Branch;
        }
    }

    private ulong Backwards(int i, ulong[] liveIn)
    {
        // A header may leave because the budget is short; whoever goes on from there sees the flags.
        ulong live = HasOuterExit[i] ? Rflags.Arithmetic : 0;
        foreach (int successor in Successors[i])
            live |= IsHeader[successor] ? Rflags.Arithmetic : liveIn[successor];
        if (_blocks[i].Terminal.Kind == TerminalKind.Branch)
            live |= MicroOpTable.FlagsRead(_blocks[i].Terminal.Condition);
        ReadOnlySpan<MicroOp> ops = _blocks[i].OpSpan;
        for (int k = ops.Length - 1; k >= 0; k--)
        {
            LiveFlags[i][k] = MicroOpTable.Shape(ops[k].Code) != MicroOpShape.SetFlags || live != 0;
            live &= ~MicroOpTable.FlagsWritten(ops[k]);
            live |= MicroOpTable.FlagsRead(ops[k]);
        }

        return live;
    }

    private void FindFlagKinds(IEnumerable<int> entries)
    {
        Array.Fill(FlagsIn, Unreached);
        foreach (int entry in entries)
            FlagsIn[entry] = UnknownFlags;
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = 0; i < _blocks.Count; i++)
            {
                if (FlagsIn[i] == Unreached)
                    continue;
                int flags = FlagsIn[i];
                ReadOnlySpan<MicroOp> ops = _blocks[i].OpSpan;
                for (int k = 0; k < ops.Length; k++)
                    flags = FlagsAfter(ops[k], LiveFlags[i][k], flags);
                foreach (int successor in Successors[i])
                {
                    int merged = FlagsIn[successor] == Unreached || FlagsIn[successor] == flags ? flags : UnknownFlags;
                    if (merged != FlagsIn[successor])
                    {
                        FlagsIn[successor] = merged;
                        changed = true;
                    }
                }
            }
        }

        // A call's return point is always an entry; anything else that no path reaches stays out of the way.
        for (int i = 0; i < _blocks.Count; i++)
        {
            if (FlagsIn[i] == Unreached)
                FlagsIn[i] = UnknownFlags;
        }
    }
}
