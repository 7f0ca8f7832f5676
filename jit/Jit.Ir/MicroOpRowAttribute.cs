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
}
