namespace Rebound.Jit.Semantics;

/// <summary>Floating-point exceptions, at the positions of their sticky flags in MXCSR and in the x87 status word.</summary>
[Flags]
public enum FloatExceptions : byte
{
    None = 0,
    Invalid = 1,
    Denormal = 2,
    ZeroDivide = 4,
    Overflow = 8,
    Underflow = 16,
    Precision = 32,
    All = 63,
}
