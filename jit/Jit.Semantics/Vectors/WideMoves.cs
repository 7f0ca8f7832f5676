using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Operations of AVX and AVX2 on all 256 bits: broadcasts, halves, permutations across halves, and widening.</summary>
public static class WideMoves
{
    [MicroOpMethod(MicroOpCode.WideBroadcast8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast8(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.Create(a.AsByte().ToScalar()).AsByte();

    [MicroOpMethod(MicroOpCode.WideBroadcast16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast16(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.Create(a.AsUInt16().ToScalar()).AsByte();

    [MicroOpMethod(MicroOpCode.WideBroadcast32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast32(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.Create(a.AsUInt32().ToScalar()).AsByte();

    [MicroOpMethod(MicroOpCode.WideBroadcast64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Broadcast64(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.Create(a.AsUInt64().ToScalar()).AsByte();

    /// <summary>A with its half Imm (0 or 1) replaced by the low half of B.</summary>
    [MicroOpMethod(MicroOpCode.WideInsert128)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Insert128(Vector256<byte> a, Vector256<byte> b, int imm) =>
        (imm & 1) == 0 ? a.WithLower(b.GetLower()) : a.WithUpper(b.GetLower());

    /// <summary>Half Imm (0 or 1) of A, the rest zero.</summary>
    [MicroOpMethod(MicroOpCode.WideExtract128)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Extract128(Vector256<byte> a, Vector256<byte> b, int imm) => ((imm & 1) == 0 ? a.GetLower() : a.GetUpper()).ToVector256();

    /// <summary>VPERM2F128: each half is one of the four of A and B that two bits select, or zero.</summary>
    [MicroOpMethod(MicroOpCode.WidePermute128)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Permute128(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.Create(Half(a, b, imm), Half(a, b, imm >> 4));

    /// <summary>VPERMQ: two bits of Imm select each element.</summary>
    [MicroOpMethod(MicroOpCode.WidePermute64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Permute64(Vector256<byte> a, Vector256<byte> b, int imm) =>
        Vector256.Create(a.AsUInt64()[imm & 3], a.AsUInt64()[(imm >> 2) & 3], a.AsUInt64()[(imm >> 4) & 3], a.AsUInt64()[(imm >> 6) & 3]).AsByte();

    /// <summary>VPERMD: bits 2..0 of each element of B select one of A.</summary>
    [MicroOpMethod(MicroOpCode.WidePermute32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Permute32(Vector256<byte> a, Vector256<byte> b, int imm) =>
        Vector256.Shuffle(a.AsUInt32(), b.AsUInt32() & Vector256.Create(7u)).AsByte();

    [MicroOpMethod(MicroOpCode.WideZeroExtend8To16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ZeroExtend8To16(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(a.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.WideZeroExtend8To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ZeroExtend8To32(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(Vector256.WidenLower(a.AsByte())).AsByte();

    [MicroOpMethod(MicroOpCode.WideZeroExtend8To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ZeroExtend8To64(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(Vector256.WidenLower(Vector256.WidenLower(a.AsByte()))).AsByte();

    [MicroOpMethod(MicroOpCode.WideZeroExtend16To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ZeroExtend16To32(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(a.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.WideZeroExtend16To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ZeroExtend16To64(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(Vector256.WidenLower(a.AsUInt16())).AsByte();

    [MicroOpMethod(MicroOpCode.WideZeroExtend32To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> ZeroExtend32To64(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(a.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.WideSignExtend8To16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignExtend8To16(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(a.AsSByte()).AsByte();

    [MicroOpMethod(MicroOpCode.WideSignExtend8To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignExtend8To32(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(Vector256.WidenLower(a.AsSByte())).AsByte();

    [MicroOpMethod(MicroOpCode.WideSignExtend8To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignExtend8To64(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(Vector256.WidenLower(Vector256.WidenLower(a.AsSByte()))).AsByte();

    [MicroOpMethod(MicroOpCode.WideSignExtend16To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignExtend16To32(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(a.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.WideSignExtend16To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignExtend16To64(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(Vector256.WidenLower(a.AsInt16())).AsByte();

    [MicroOpMethod(MicroOpCode.WideSignExtend32To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> SignExtend32To64(Vector256<byte> a, Vector256<byte> b, int imm) => Vector256.WidenLower(a.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Half(Vector256<byte> a, Vector256<byte> b, int select)
    {
        Vector256<byte> source = (select & 2) == 0 ? a : b;
        return (select & 8) != 0 ? Vector128<byte>.Zero : (select & 1) == 0 ? source.GetLower() : source.GetUpper();
    }
}
