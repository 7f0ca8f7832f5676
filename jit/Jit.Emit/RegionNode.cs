using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// A block as it is written into a region's method. A block that is both an entry and reached from inside is written twice, so that what is known
/// on the inner paths (which flags, in which registers) is not lost to the entry, where nothing is known.
/// </summary>
internal sealed class RegionNode(MicroBlock block)
{
    /// <summary>Vector micro-ops from which on a block is written twice.</summary>
    private const int VectorsForTwo = 4;

    public MicroBlock Block { get; } = block;

    /// <summary>Nodes that this one's end leads to within the region.</summary>
    public int[] Successors { get; set; } = [];

    /// <summary>True if the block's end can leave the region.</summary>
    public bool HasOuterExit { get; set; }

    /// <summary>Entered from outside.</summary>
    public bool IsEntry { get; set; }

    /// <summary>An entry or the target of a backward edge: the budget is checked here.</summary>
    public bool IsHeader { get; set; }

    /// <summary>
    /// Instruction before which a header checks the budget. Not 0 if the first instructions cannot stop and end by overwriting all flags: leaving behind them,
    /// the older flags need not be kept for the sake of the check.
    /// </summary>
    public int CheckInstruction { get; set; }

    /// <summary>The counted form in which the block is written, or null.</summary>
    public CountedLoop? Loop { get; set; }

    /// <summary>Per micro-op: false for a flag operation that nobody reads.</summary>
    public bool[] WritesLiveFlags { get; } = new bool[block.OpCount];

    /// <summary>Per micro-op: true if anybody reads any flag after it before all are overwritten.</summary>
    public bool[] FlagsLiveAfter { get; } = new bool[block.OpCount];

    /// <summary>Per micro-op: temporaries (bit i for register i) that somebody reads after it.</summary>
    public ulong[] TemporariesLiveAfter { get; } = new ulong[block.OpCount];

    /// <summary>Per micro-op: its place in a group of accesses, or null.</summary>
    public GroupedAccess?[] Groups { get; private set; } = [];

    /// <summary>True if all of the block is written twice: so much of it works on vectors that RyuJIT's freedom to keep them in registers is worth it.</summary>
    public bool IsTwice { get; private set; }

    /// <summary>Per micro-op: true for floating point whose result perhaps nobody reads; its effect on MXCSR is left.</summary>
    public bool[] IsDeadFloat { get; } = new bool[block.OpCount];

    /// <summary>Per micro-op: true if a vector operand is a constant, so that the others may turn out not to matter.</summary>
    public bool[] HasConstantOperand { get; } = new bool[block.OpCount];

    /// <summary>Per micro-op: true for floating point on nothing but constants.</summary>
    public bool[] IsConstantFloat { get; } = new bool[block.OpCount];

    /// <summary>Registers that hold constants wherever this node is entered from; null if no way has been found yet.</summary>
    public RegisterSets? ConstantsIn { get; set; }

    /// <summary>Registers written before this node that are read from here on whichever way execution takes.</summary>
    public RegisterSets RegistersLiveIn { get; set; } = RegisterSets.All;

    /// <summary>Per micro-op: guest vector registers whose upper halves are zero before it, of those that are not <see cref="RegionAnalysis.WideVectors"/>.</summary>
    public ulong[] UppersZero { get; } = new ulong[block.OpCount];

    /// <summary>Flags somebody reads that are set before this node.</summary>
    public ulong LiveIn { get; set; }

    public FlagState FlagsIn { get; set; } = FlagState.Unreached;

    /// <summary>
    /// Fills <see cref="Groups"/>. Grouped accesses are written twice, and RyuJIT's time is dear: only where the block is likely to run very often (a loop of its own),
    /// or works on vectors.
    /// </summary>
    /// <param name="index">This node's index in the region.</param>
    /// <param name="usesFloats">True if the region is one of those that compute: seldom compiled, and run for long.</param>
    /// <param name="isRare">True if little time is spent in this node, so that the least code is best.</param>
    public void FindGroups(int index, bool usesFloats, bool isRare)
    {
        if (isRare)
        {
            Groups = new GroupedAccess?[Block.OpCount];
            return;
        }

        int accesses = 0, vectors = 0;
        bool pays = usesFloats || Successors.Contains(index);
        foreach (ref readonly MicroOp op in Block.OpSpan)
        {
            MicroOpShape shape = MicroOpTable.Shape(op.Code);
            pays |= shape is MicroOpShape.VectorLoad or MicroOpShape.VectorStore;
            accesses += LoopStream.IsAccess(op) ? 1 : 0;
            vectors += MicroOpOperands.VectorWrites(op) != 0 || shape == MicroOpShape.VectorStore ? 1 : 0;
        }

        int check = IsHeader && Block.Instructions.Length > 0 ? Block.Instructions[CheckInstruction].FirstOp : -1;
        Groups = pays ? MemoryGroup.Find(Block.OpSpan, check) : new GroupedAccess?[Block.OpCount];
        IsTwice = (accesses >= 2 && vectors >= VectorsForTwo) || (usesFloats && accesses >= 3);
    }
}
