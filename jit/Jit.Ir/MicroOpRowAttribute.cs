namespace Rebound.Jit.Ir;

/// <summary>A micro-op's row in <see cref="MicroOpTable"/>, written at its enumeration member.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class MicroOpRowAttribute(MicroOpShape shape) : Attribute
{
    public MicroOpShape Shape { get; } = shape;

    /// <summary>Helper only: general registers read beyond the operands, bit i for register i. Executors must have them in the state.</summary>
    public uint Reads { get; init; }

    /// <summary>Helper only: general registers written beyond Dst.</summary>
    public uint Writes { get; init; }

    /// <summary>Helper only: the helper may record an exit. (Loads, stores and atomics always may.)</summary>
    public bool MayExit { get; init; }

    /// <summary>Helper only: reads the lazy flags.</summary>
    public bool ReadsFlags { get; init; }

    /// <summary>Helper only: writes the lazy flags, always all six.</summary>
    public bool WritesFlags { get; init; }

    /// <summary>Helper only: which operands are vector registers, a sum of <see cref="VectorOperand"/> bits. It may read and write each of them.</summary>
    public byte VectorOperands { get; init; }

    /// <summary>Helper only: reads or writes vector registers that its operands do not name. Executors must have all of them in the state.</summary>
    public bool AllVectors { get; init; }
}

/// <summary>Bits of <see cref="MicroOpRowAttribute.VectorOperands"/>.</summary>
public static class VectorOperand
{
    public const byte Dst = 1;
    public const byte A = 2;
    public const byte B = 4;
    public const byte C = 8;
}
