using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>Sets of registers, bit i for register i, temporaries included.</summary>
/// <param name="Values">Value registers.</param>
/// <param name="Vectors">Vector registers.</param>
internal readonly record struct RegisterSets(ulong Values, ulong Vectors)
{
    public static RegisterSets All => new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>What outlives an instruction.</summary>
    public static RegisterSets Guest => new(MicroOpOperands.GuestRegisters, MicroOpOperands.GuestRegisters);

    /// <summary>What a micro-op reads.</summary>
    public static RegisterSets ReadBy(in MicroOp op) => new(MicroOpOperands.ValueReads(op), MicroOpOperands.VectorReads(op));

    /// <summary>What a micro-op writes.</summary>
    public static RegisterSets WrittenBy(in MicroOp op) => new(MicroOpOperands.ValueWrites(op), MicroOpOperands.VectorWrites(op));

    public static RegisterSets operator |(RegisterSets a, RegisterSets b) => new(a.Values | b.Values, a.Vectors | b.Vectors);

    public static RegisterSets operator &(RegisterSets a, RegisterSets b) => new(a.Values & b.Values, a.Vectors & b.Vectors);

    public static RegisterSets operator -(RegisterSets a, RegisterSets b) => new(a.Values & ~b.Values, a.Vectors & ~b.Vectors);
}
