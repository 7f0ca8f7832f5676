namespace Rebound.Jit.Semantics;

/// <summary>Under which rules an x87 operation computes, and what it found.</summary>
public struct X87Status
{
    /// <summary>Exceptions that keep an operation from giving a result at all while they are unmasked.</summary>
    public const FloatExceptions BeforeResult = FloatExceptions.Invalid | FloatExceptions.Denormal | FloatExceptions.ZeroDivide;

    public FloatRounding Rounding;

    /// <summary>Bits to which add, subtract, multiply, divide and square root round: 24, 53 or 64.</summary>
    public byte Precision;

    public FloatExceptions Masked;

    public FloatExceptions Raised;

    /// <summary>The result was rounded away from zero (C1).</summary>
    public bool RoundedUp;

    /// <summary>False if an unmasked exception keeps the operation from giving a result.</summary>
    public readonly bool HasResult => (Raised & ~Masked & BeforeResult) == 0;

    /// <summary>The rules that a control word states, with nothing raised yet.</summary>
    public static X87Status FromControl(ushort control) => new()
    {
        Rounding = (FloatRounding)(control >> 10 & 3),
        // 24, 64 (the reserved value), 53, 64.
        Precision = (byte)(0x40_35_40_18u >> (8 * (control >> 8 & 3))),
        Masked = (FloatExceptions)control & FloatExceptions.All,
    };
}
