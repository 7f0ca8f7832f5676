using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// Accesses of one block whose addresses differ by constants: one look into the TLB, at the first of them, serves all, if all lie in one page.
/// </summary>
internal sealed class MemoryGroup
{
    /// <summary>Bytes that a group may span. The wider, the more often it crosses a page's end and every access looks for itself.</summary>
    private const long MaxSpan = 256;

    private long _last;

    private MemoryGroup(long displacement, int size)
    {
        Displacement = displacement;
        _last = displacement + size;
        First = displacement;
    }

    /// <summary>The leader's constant part; those of the others are relative to the same registers.</summary>
    public long Displacement { get; }

    /// <summary>Lowest constant part.</summary>
    public long First { get; private set; }

    /// <summary>Bytes from <see cref="First"/> to the end of the last access.</summary>
    public int Span => (int)(_last - First);

    /// <summary>True if the page must be writable: for some member it must.</summary>
    public bool Writes { get; private set; }

    public int Count { get; private set; }

    /// <summary>Index of the last member's micro-op.</summary>
    public int LastOp { get; private set; }

    /// <summary>Finds the groups of a block: per micro-op the access's place in its group, or null where it stands alone.</summary>
    /// <param name="ops">The block's micro-ops.</param>
    /// <param name="cut">Index of a micro-op that no group may reach across; -1 for none.</param>
    public static GroupedAccess?[] Find(ReadOnlySpan<MicroOp> ops, int cut)
    {
        GroupedAccess?[] accesses = new GroupedAccess?[ops.Length];
        Dictionary<Key, MemoryGroup> open = [];
        SymbolicRegisters registers = new();
        for (int k = 0; k < ops.Length; k++)
        {
            ref readonly MicroOp op = ref ops[k];
            if (k == cut)
                open.Clear();
            MicroOpShape shape = MicroOpTable.Shape(op.Code);
            if (shape is MicroOpShape.Load or MicroOpShape.Store or MicroOpShape.VectorLoad or MicroOpShape.VectorStore && (op.Aux & MemoryAux.Address32) == 0)
                accesses[k] = Place(k, op, shape, open, registers);
            else if (shape is MicroOpShape.Helper or MicroOpShape.Atomic)
                open.Clear();
            registers.After(op);
        }

        for (int k = 0; k < accesses.Length; k++)
        {
            if (accesses[k] is { Group.Count: 1 })
                accesses[k] = null;
        }

        return accesses;
    }

    private static GroupedAccess Place(int index, in MicroOp op, MicroOpShape shape, Dictionary<Key, MemoryGroup> open, SymbolicRegisters registers)
    {
        (int baseRoot, long baseDelta) = registers[op.A];
        (int indexRoot, long indexDelta) = registers[op.B];
        Key key = new(baseRoot, indexRoot, (byte)(op.Aux & (MemoryAux.ScaleMask | MemoryAux.Fs | MemoryAux.Gs)));
        long displacement = op.Imm + baseDelta + (indexDelta << (op.Aux & MemoryAux.ScaleMask));
        bool leads = !open.TryGetValue(key, out MemoryGroup? group) || !group.Fits(displacement, op.Size);
        if (leads)
            open[key] = group = new MemoryGroup(displacement, op.Size);
        group!.First = Math.Min(group.First, displacement);
        group._last = Math.Max(group._last, displacement + op.Size);
        group.Writes |= shape is MicroOpShape.Store or MicroOpShape.VectorStore || (shape == MicroOpShape.Load && (op.Aux & MemoryAux.WriteIntent) != 0);
        group.Count++;
        group.LastOp = index;
        return new GroupedAccess(group, leads, displacement);
    }

    private bool Fits(long displacement, int size) =>
        Math.Max(_last, displacement + size) - Math.Min(First, displacement) is > 0 and <= MaxSpan;

    private readonly record struct Key(int BaseRoot, int IndexRoot, byte Aux);
}

/// <param name="Group">The group.</param>
/// <param name="Leads">True for the group's first access, which looks into the TLB.</param>
/// <param name="Displacement">The access's constant part, relative to the same registers as the leader's.</param>
internal sealed record GroupedAccess(MemoryGroup Group, bool Leads, long Displacement);
