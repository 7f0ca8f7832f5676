namespace Rebound.Jit.Semantics;

/// <summary>An interchange format of IEEE 754, as constants that the compiler folds.</summary>
internal interface IFloatFormat
{
    /// <summary>Bits of the significand, the implicit one included.</summary>
    static abstract int Precision { get; }

    static abstract int ExponentBits { get; }
}

internal readonly struct Binary16Format : IFloatFormat
{
    public static int Precision => 11;

    public static int ExponentBits => 5;
}

internal readonly struct Binary32Format : IFloatFormat
{
    public static int Precision => 24;

    public static int ExponentBits => 8;
}

internal readonly struct Binary64Format : IFloatFormat
{
    public static int Precision => 53;

    public static int ExponentBits => 11;
}
