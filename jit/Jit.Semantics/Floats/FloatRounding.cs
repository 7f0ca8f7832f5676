namespace Rebound.Jit.Semantics;

/// <summary>Rounding direction, numbered as in the RC fields of MXCSR and of the x87 control word.</summary>
public enum FloatRounding : byte
{
    Nearest = 0,
    Down = 1,
    Up = 2,
    Zero = 3,
}
