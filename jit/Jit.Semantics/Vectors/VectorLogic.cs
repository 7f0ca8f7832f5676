using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Logic on whole registers.</summary>
public static class VectorLogic
{
    [MicroOpMethod(MicroOpCode.VectorAnd)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> And(Vector128<byte> a, Vector128<byte> b, int imm) => a & b;

    [MicroOpMethod(MicroOpCode.VectorOr)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Or(Vector128<byte> a, Vector128<byte> b, int imm) => a | b;

    [MicroOpMethod(MicroOpCode.VectorXor)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Xor(Vector128<byte> a, Vector128<byte> b, int imm) => a ^ b;

    /// <summary>~A &amp; B.</summary>
    [MicroOpMethod(MicroOpCode.VectorAndNot)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AndNot(Vector128<byte> a, Vector128<byte> b, int imm) => ~a & b;
}
