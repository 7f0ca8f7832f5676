using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <summary>A source operand of a micro-op under construction: a register or temporary, or a constant that becomes its immediate.</summary>
internal readonly record struct Source(byte Register, long Constant)
{
    /// <summary>No operand: reads as 0.</summary>
    public static Source None => new(Operand.None, 0);

    public bool IsConstant => Register == Operand.Immediate;

    public static Source Of(long constant) => new(Operand.Immediate, constant);

    public static implicit operator Source(byte register) => new(register, 0);
}
