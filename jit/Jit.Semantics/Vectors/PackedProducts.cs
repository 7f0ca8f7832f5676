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
        Sse2.IsSupported ? Sse2.MultiplyHigh(a.AsInt16(), b.AsInt16()).AsByte() : HighSigned16Portable(a, b, imm);

    public static Vector128<byte> HighSigned16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        (Vector128<int> low, Vector128<int> high) = Products(a, b);
        return Vector128.Narrow(low >> 16, high >> 16).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedMultiplyHighUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.MultiplyHigh(a.AsUInt16(), b.AsUInt16()).AsByte() : HighUnsigned16Portable(a, b, imm);

    public static Vector128<byte> HighUnsigned16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> low = Vector128.WidenLower(a.AsUInt16()) * Vector128.WidenLower(b.AsUInt16());
        Vector128<uint> high = Vector128.WidenUpper(a.AsUInt16()) * Vector128.WidenUpper(b.AsUInt16());
        return Vector128.Narrow(low >> 16, high >> 16).AsByte();
    }

    /// <summary>PMULHRSW: bits 30..15 of the signed products, rounded.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplyRounded16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Rounded16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Ssse3.IsSupported ? Ssse3.MultiplyHighRoundScale(a.AsInt16(), b.AsInt16()).AsByte() : Rounded16Portable(a, b, imm);

    public static Vector128<byte> Rounded16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        (Vector128<int> low, Vector128<int> high) = Products(a, b);
        return Vector128.Narrow(((low >> 14) + Vector128<int>.One) >> 1, ((high >> 14) + Vector128<int>.One) >> 1).AsByte();
    }

    /// <summary>PMULUDQ: 64-bit products of the even 32-bit elements.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplyUnsigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Unsigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.Multiply(a.AsUInt32(), b.AsUInt32()).AsByte() : Unsigned32Portable(a, b, imm);

    public static Vector128<byte> Unsigned32Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create((ulong)a.AsUInt32()[0] * b.AsUInt32()[0], (ulong)a.AsUInt32()[2] * b.AsUInt32()[2]).AsByte();

    /// <summary>PMULDQ: 64-bit products of the even 32-bit elements.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplySigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Signed32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse41.IsSupported ? Sse41.Multiply(a.AsInt32(), b.AsInt32()).AsByte() : Signed32Portable(a, b, imm);

    public static Vector128<byte> Signed32Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create((long)a.AsInt32()[0] * b.AsInt32()[0], (long)a.AsInt32()[2] * b.AsInt32()[2]).AsByte();

    /// <summary>PMADDWD: sums of neighbouring signed products.</summary>
    [MicroOpMethod(MicroOpCode.PackedMultiplyAdd16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MultiplyAdd16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(a.AsInt16(), b.AsInt16()).AsByte() : MultiplyAdd16Portable(a, b, imm);

    public static Vector128<byte> MultiplyAdd16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<int> even = ((a.AsInt32() << 16) >> 16) * ((b.AsInt32() << 16) >> 16);
        Vector128<int> odd = (a.AsInt32() >> 16) * (b.AsInt32() >> 16);
        return (even + odd).AsByte();
    }

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
        Sse2.IsSupported ? Sse2.SumAbsoluteDifferences(a, b).AsByte() : DifferenceSumsPortable(a, b, imm);

    public static Vector128<byte> DifferenceSumsPortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ulong> sums = default;
        for (int i = 0; i < 16; i++)
            sums = sums.WithElement(i >> 3, sums[i >> 3] + (ulong)Math.Abs(a[i] - b[i]));
        return sums.AsByte();
    }

    /// <summary>The products of signed words, in full.</summary>
    private static (Vector128<int> Low, Vector128<int> High) Products(Vector128<byte> a, Vector128<byte> b) =>
        (Vector128.WidenLower(a.AsInt16()) * Vector128.WidenLower(b.AsInt16()), Vector128.WidenUpper(a.AsInt16()) * Vector128.WidenUpper(b.AsInt16()));
}
