using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>Where an operand word of the lazy flags is found.</summary>
internal enum FlagSourceKind : byte
{
    /// <summary>In its own local.</summary>
    Local,

    /// <summary>Still in the register it was taken from; no copy was made.</summary>
    Register,
    Constant,

    /// <summary>Not computed yet: it follows from a comparison of vector registers, which have not changed since.</summary>
    Comparison,
}

/// <param name="Kind">Which of them.</param>
/// <param name="Register">Register number, if in a register; the first vector register of a comparison.</param>
/// <param name="Value">The constant; of a comparison the second vector register, the immediate (8 bits up), the code (16) and the destination (32).</param>
internal readonly record struct FlagSource(FlagSourceKind Kind, byte Register, ulong Value)
{
    public static FlagSource Local => default;

    public static FlagSource Of(byte operand, long imm, int size) => operand switch
    {
        Operand.None => new FlagSource(FlagSourceKind.Constant, 0, 0),
        Operand.Immediate => new FlagSource(FlagSourceKind.Constant, 0, (ulong)imm & (ulong.MaxValue >> (64 - (8 * size)))),
        _ => new FlagSource(FlagSourceKind.Register, operand, 0),
    };

    /// <summary>What a FloatCompareFlags micro-op finds.</summary>
    public static FlagSource Comparison(in MicroOp op) =>
        new(FlagSourceKind.Comparison, op.A, (op.B == Operand.None ? op.A : op.B) | ((ulong)op.Imm << 8) | ((ulong)op.Code << 16) | ((ulong)op.Dst << 32));

    /// <summary>The micro-op of a comparison.</summary>
    public MicroOp ComparisonOp => new()
    {
        Code = (MicroOpCode)(ushort)(Value >> 16),
        Size = 8,
        Dst = (byte)(Value >> 32),
        A = Register,
        B = (byte)Value,
        C = Operand.None,
        Imm = (byte)(Value >> 8),
    };

    /// <summary>The source after registers were written: a copy must have been made, if anybody still wants the word.</summary>
    public FlagSource After(ulong writes) => IsIn(writes) ? Local : this;

    public bool IsIn(ulong registers) => Kind == FlagSourceKind.Register && (registers >> Register & 1) != 0;
}

/// <summary>
/// What is known at a point of a region about the lazy flags: which operation set them, and where its operands are.
/// With <see cref="Operation"/> unknown, all four words are in their locals.
/// </summary>
internal readonly record struct FlagState(int Operation, FlagSource A, FlagSource B, FlagSource C)
{
    private const int UnknownOperation = -1;
    private const int UnreachedOperation = -2;

    public static FlagState Unknown => new(UnknownOperation, default, default, default);

    /// <summary>No path has come here yet.</summary>
    public static FlagState Unreached => new(UnreachedOperation, default, default, default);

    public bool IsKnown => Operation >= 0;

    public FlagKind Kind => LazyFlags.KindOf(Operation);

    /// <summary>Operand size in bytes; 8 for whole words if the operation is not known.</summary>
    public int Size => IsKnown ? LazyFlags.SizeOf(Operation) : 8;

    /// <summary>The state after a micro-op. <paramref name="live"/> is false for a flag operation that is not written because nobody reads it.</summary>
    public FlagState After(in MicroOp op, bool live)
    {
        switch (op.Code)
        {
            case MicroOpCode.SetFlags when live:
                return new FlagState(
                    LazyFlags.Operation((FlagKind)op.Aux, op.Size),
                    FlagSource.Of(op.A, op.Imm, op.Size),
                    FlagSource.Of(op.B, op.Imm, op.Size),
                    FlagSource.Of(op.C, op.Imm, op.Size));
            case MicroOpCode.SetFlagsIfCount when live:
                return Unknown;
        }

        if (MicroOpTable.Row(op.Code).HelperWritesFlags)
            return Unknown;
        ulong writes = MicroOpOperands.ValueWrites(op);
        return new FlagState(Operation, A.After(writes), B.After(writes), C.After(writes));
    }

    /// <summary>What holds on both of two ways to a point.</summary>
    public FlagState Merge(FlagState other)
    {
        if (Operation == UnreachedOperation)
            return other;
        if (other.Operation == UnreachedOperation)
            return this;
        if (Operation != other.Operation)
            return Unknown;
        return new FlagState(Operation, A == other.A ? A : default, B == other.B ? B : default, C == other.C ? C : default);
    }
}
