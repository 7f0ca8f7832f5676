using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Products element by element.</summary>
public static class PackedProducts
{
    [MicroOpMethod(MicroOpCode.PackedMultiplyLow16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low16(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsInt16() * b.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMultiplyLow32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Low32(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsInt32() * b.AsInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMultiplyHighSigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighSigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.MultiplyHigh(a.AsInt16(), b.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMultiplyHighUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.MultiplyHigh(a.AsUInt16(), b.AsUInt16()).AsByte();

    /// <summary>PMULHRSW: bits 30..15 of the signed products, rounded.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplyRounded16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Rounded16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<short> low = a.AsInt16() * b.AsInt16();
        Vector128<short> high = Sse2.MultiplyHigh(a.AsInt16(), b.AsInt16());
        Vector128<int> first = Sse2.UnpackLow(low, high).AsInt32();
        Vector128<int> second = Sse2.UnpackHigh(low, high).AsInt32();
        return Vector128.Narrow(((first >> 14) + Vector128<int>.One) >> 1, ((second >> 14) + Vector128<int>.One) >> 1).AsByte();
    }

    /// <summary>PMULUDQ: 64-bit products of the even 32-bit elements.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplyUnsigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Unsigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.Multiply(a.AsUInt32(), b.AsUInt32()).AsByte();

    /// <summary>PMULDQ: 64-bit products of the even 32-bit elements.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplySigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Signed32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<int> left = a.AsInt32();
        Vector128<int> right = b.AsInt32();
        return Sse41.IsSupported
            ? Sse41.Multiply(left, right).AsByte()
            : Vector128.Create((long)left[0] * right[0], (long)left[2] * right[2]).AsByte();
    }

    /// <summary>PMADDWD: sums of neighbouring signed products.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplyAdd16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16()).AsByte();

    /// <summary>PMADDUBSW: saturated sums of neighbouring products of unsigned bytes of A with signed bytes of B.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplyAdd8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd8(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<short> even = (a.AsUInt16() & Vector128.Create((ushort)0xff)).AsInt16() * ((b.AsInt16() << 8) >> 8);
        Vector128<short> odd = (a.AsUInt16() >> 8).AsInt16() * (b.AsInt16() >> 8);
        return Vector128.AddSaturate(even, odd).AsByte();
    }

    /// <summary>PSADBW: for each half the sum of absolute differences of unsigned bytes.</summary>
    [MicroOpMethod(MicroOpCode.PackedDifferenceSums)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> DifferenceSums(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.SumAbsoluteDifferences(a, b).AsByte();
}
