using System.Reflection;

namespace Rebound.Jit.Emit;

/// <summary>What a template pushes for one parameter of its host method.</summary>
internal enum VectorArgumentKind
{
    A,
    B,
    C,

    /// <summary>The value operand of ValueToVector and ValueToFloat.</summary>
    Value,

    /// <summary>The micro-op's immediate, as a constant.</summary>
    Immediate,
}

/// <param name="Kind">Where it comes from.</param>
/// <param name="Width">Bytes, for vectors.</param>
/// <param name="Element">Element type of the vector.</param>
internal readonly record struct VectorArgument(VectorArgumentKind Kind, int Width, Type Element);

/// <summary>A micro-op as one host instruction: a method of System.Runtime.Intrinsics and what its parameters are.</summary>
/// <param name="Method">The method.</param>
/// <param name="Arguments">Its parameters in order.</param>
/// <param name="Result">Element type of the vector it returns, or the type of the value.</param>
/// <param name="ResultWidth">Bytes of the vector it returns.</param>
/// <param name="UpperShift">On 32 bytes: from which bit on its upper half sees the immediate (<see cref="Ir.VectorAux.UpperImmediateShift"/>).</param>
internal sealed record VectorTemplate(MethodInfo Method, VectorArgument[] Arguments, Type Result, int ResultWidth, int UpperShift = 0);
