using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Logic on whole registers, and PTEST.</summary>
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

    /// <summary>PTEST: element 0 is the flags word, ZF if A &amp; B is zero, CF if ~A &amp; B is.</summary>
    [MicroOpMethod(MicroOpCode.VectorTest)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Test(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        ulong zero = (a & b) == Vector128<byte>.Zero ? Rflags.ZF : 0;
        ulong carry = (~a & b) == Vector128<byte>.Zero ? Rflags.CF : 0;
        return Vector128.CreateScalar(zero | carry).AsByte();
    }
}
