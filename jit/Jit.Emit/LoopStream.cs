using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>Accesses of a <see cref="CountedLoop"/> whose addresses differ by constants: they stay in one page for the same number of turns.</summary>
internal sealed class LoopStream
{
    /// <summary>Bytes that a stream may span.</summary>
    private const long MaxSpan = 256;

    private readonly Key _key;
    private long _last;
    private bool _namesBase = true;
    private bool _namesIndex = true;

    private LoopStream(Key key, long displacement)
    {
        _key = key;
        First = displacement;
        _last = displacement;
    }

    /// <summary>Base register, as it is when a turn begins; -1 for none.</summary>
    public int Base => _key.Base;

    /// <summary>Index register, as it is when a turn begins; -1 for none.</summary>
    public int Index => _key.Index;

    /// <summary>By how many bits the index is shifted.</summary>
    public int Scale => _key.Scale;

    /// <summary>Lowest constant part.</summary>
    public long First { get; private set; }

    /// <summary>Bytes from <see cref="First"/> to the end of the last access.</summary>
    public int Span => (int)(_last - First);

    /// <summary>True if the page must be writable.</summary>
    public bool Writes { get; private set; }

    /// <summary>Bytes by which every address moves in one turn.</summary>
    public long Step { get; private set; }

    /// <summary>Constant part of an access that must be aligned to <see cref="AlignedSize"/>.</summary>
    public long AlignedAt { get; private set; }

    /// <summary>Bytes of which that access's address must be a multiple; 1 if none is checked.</summary>
    public int AlignedSize { get; private set; } = 1;

    /// <summary>Which part of the addresses does not change while the loop runs, and so can be added to the page's host address beforehand.</summary>
    /// <param name="writes">Value registers that a turn writes.</param>
    public LoopInvariant InvariantPart(ulong writes) =>
        _namesBase && Base >= 0 && (writes >> Base & 1) == 0 ? LoopInvariant.Base
        : _namesIndex && Index >= 0 && (writes >> Index & 1) == 0 ? LoopInvariant.Index
        : LoopInvariant.None;

    public static bool IsAccess(in MicroOp op) =>
        MicroOpTable.Shape(op.Code) is MicroOpShape.Load or MicroOpShape.Store or MicroOpShape.VectorLoad or MicroOpShape.VectorStore;

    /// <summary>The stream of an access, an open one or a new one; null if its address is not made of registers as they are when the turn begins.</summary>
    public static LoopStream? Place(in MicroOp op, SymbolicRegisters registers, Dictionary<Key, LoopStream> open, List<LoopStream> all)
    {
        (int baseRoot, long baseDelta) = registers[op.A];
        (int indexRoot, long indexDelta) = registers[op.B];
        if ((op.Aux & (MemoryAux.Address32 | MemoryAux.Fs | MemoryAux.Gs)) != 0 || baseRoot >= Operand.FirstTemporary || indexRoot >= Operand.FirstTemporary)
            return null;
        int scale = op.Aux & MemoryAux.ScaleMask;
        Key key = new(baseRoot, indexRoot, (byte)scale);
        long displacement = op.Imm + baseDelta + (indexDelta << scale);
        if (!open.TryGetValue(key, out LoopStream? stream) || !stream.Fits(displacement, op.Size))
        {
            open[key] = stream = new LoopStream(key, displacement);
            all.Add(stream);
        }

        return stream.Add(op, displacement) ? stream : null;
    }

    /// <summary>Finds <see cref="Step"/>; false if it is not a constant, or does not keep the alignment.</summary>
    /// <param name="end">What registers hold when the turn ends.</param>
    public bool FindStep(SymbolicRegisters end)
    {
        if (!TryDelta(Base, end, out long baseStep) || !TryDelta(Index, end, out long indexStep))
            return false;
        Step = baseStep + (indexStep << Scale);
        return Step % AlignedSize == 0;
    }

    private static bool TryDelta(int register, SymbolicRegisters end, out long delta)
    {
        delta = 0;
        if (register < 0)
            return true;
        (int root, delta) = end[(byte)register];
        return root == register;
    }

    private bool Add(in MicroOp op, long displacement)
    {
        MicroOpShape shape = MicroOpTable.Shape(op.Code);
        First = Math.Min(First, displacement);
        _last = Math.Max(_last, displacement + op.Size);
        Writes |= shape is MicroOpShape.Store or MicroOpShape.VectorStore || (shape == MicroOpShape.Load && (op.Aux & MemoryAux.WriteIntent) != 0);
        _namesBase &= op.A == Base;
        _namesIndex &= op.B == Index;
        if (shape is not (MicroOpShape.VectorLoad or MicroOpShape.VectorStore) || (op.Aux & MemoryAux.Aligned) == 0)
            return true;
        // Of two that are checked the stricter counts, if they can hold together.
        if (((displacement - AlignedAt) & (Math.Min(op.Size, AlignedSize) - 1)) != 0)
            return false;
        if (op.Size > AlignedSize)
            (AlignedAt, AlignedSize) = (displacement, op.Size);
        return true;
    }

    private bool Fits(long displacement, int size) =>
        Math.Max(_last, displacement + size) - Math.Min(First, displacement) is > 0 and <= MaxSpan;

    /// <param name="Base">Base register, or -1.</param>
    /// <param name="Index">Index register, or -1.</param>
    /// <param name="Scale">Shift of the index.</param>
    internal readonly record struct Key(int Base, int Index, byte Scale);
}
