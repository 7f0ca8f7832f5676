using System.Reflection;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Ir;

/// <summary>One row of <see cref="MicroOpTable"/>.</summary>
/// <param name="Code">The micro-op.</param>
/// <param name="Shape">How it takes operands.</param>
/// <param name="ImplicitReads">General registers a helper reads beyond its operands.</param>
/// <param name="ImplicitWrites">General registers a helper writes beyond Dst.</param>
/// <param name="MayExit">It may stop before the instruction completes.</param>
/// <param name="HelperReadsFlags">A helper that reads the lazy flags.</param>
/// <param name="HelperWritesFlags">A helper that writes all of them.</param>
/// <param name="VectorOperands">Operands of a helper that are vector registers: <see cref="VectorOperand"/> bits.</param>
/// <param name="AllVectors">A helper that wants all vector registers in the state.</param>
public sealed record MicroOpRow(
    MicroOpCode Code,
    MicroOpShape Shape,
    uint ImplicitReads,
    uint ImplicitWrites,
    bool MayExit,
    bool HelperReadsFlags,
    bool HelperWritesFlags,
    byte VectorOperands,
    bool AllVectors);

/// <summary>What executors and passes must know of each micro-op. Immutable; read from the attributes of <see cref="MicroOpCode"/>.</summary>
public static class MicroOpTable
{
    private static readonly MicroOpRow[] Rows = Build();

    /// <summary>Number of micro-op codes.</summary>
    public static int Count => Rows.Length;

    public static IReadOnlyList<MicroOpRow> All => Rows;

    public static MicroOpRow Row(MicroOpCode code) => Rows[(int)code];

    public static MicroOpShape Shape(MicroOpCode code) => Rows[(int)code].Shape;

    /// <summary>The flags that a condition code depends on.</summary>
    public static ulong FlagsRead(Condition condition) => ((int)condition >> 1) switch
    {
        0 => Rflags.OF,
        1 => Rflags.CF,
        2 => Rflags.ZF,
        3 => Rflags.CF | Rflags.ZF,
        4 => Rflags.SF,
        5 => Rflags.PF,
        6 => Rflags.SF | Rflags.OF,
        _ => Rflags.SF | Rflags.OF | Rflags.ZF,
    };

    /// <summary>True if the micro-op may leave its instruction, in a block of that mode. Floating point does so only where exceptions are not masked.</summary>
    public static bool MayExit(in MicroOp op, BlockMode mode)
    {
        MicroOpRow row = Rows[(int)op.Code];
        return row.MayExit && ((mode & BlockMode.FloatTraps) != 0 || !IsFloat(row.Shape));
    }

    /// <summary>
    /// Flags that a micro-op reads, in a block of that mode. One that may leave the instruction counts as reading all: the guest's handler sees them.
    /// </summary>
    public static ulong FlagsRead(in MicroOp op, BlockMode mode)
    {
        MicroOpRow row = Rows[(int)op.Code];
        if (MayExit(op, mode) || row.HelperReadsFlags || op.Code == MicroOpCode.ReadFlags)
            return Rflags.Arithmetic;
        if (op.Code == MicroOpCode.Condition)
            return FlagsRead((Condition)op.Aux);
        // A shift by zero keeps the flags: they pass through.
        return 0;
    }

    /// <summary>Flags that a micro-op overwrites whatever happens.</summary>
    public static ulong FlagsWritten(in MicroOp op) => op.Code switch
    {
        MicroOpCode.SetFlags => Rflags.Arithmetic,
        _ => Rows[(int)op.Code].HelperWritesFlags ? Rflags.Arithmetic : 0,
    };

    /// <summary>True for the shapes that compute under MXCSR.</summary>
    public static bool IsFloat(MicroOpShape shape) => shape is MicroOpShape.Float or MicroOpShape.Float3 or MicroOpShape.FloatWide
        or MicroOpShape.FloatToValue or MicroOpShape.ValueToFloat;

    private static MicroOpRow[] Build()
    {
        MicroOpCode[] codes = Enum.GetValues<MicroOpCode>();
        MicroOpRow[] rows = new MicroOpRow[codes.Length];
        foreach (FieldInfo field in typeof(MicroOpCode).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            MicroOpCode code = (MicroOpCode)(ushort)field.GetRawConstantValue()!;
            MicroOpRowAttribute a = field.GetCustomAttribute<MicroOpRowAttribute>()
                ?? throw new InvalidOperationException($"micro-op {code} has no row");
            bool memory = a.Shape is MicroOpShape.Load or MicroOpShape.Store or MicroOpShape.Atomic or MicroOpShape.VectorLoad or MicroOpShape.VectorStore;
            bool mayExit = memory || IsFloat(a.Shape) || a.MayExit;
            rows[(int)code] = new MicroOpRow(code, a.Shape, a.Reads, a.Writes, mayExit, a.ReadsFlags, a.WritesFlags, a.VectorOperands, a.AllVectors);
        }

        return rows;
    }
}
