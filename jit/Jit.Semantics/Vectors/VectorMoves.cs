using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Moves between vector registers and their parts, and to and from general registers.</summary>
public static class VectorMoves
{
    [MicroOpMethod(MicroOpCode.VectorMove)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Move(Vector128<byte> a, Vector128<byte> b, int imm) => a;

    /// <summary>MOVSS of registers: A with its lowest 32 bits from B.</summary>
    [MicroOpMethod(MicroOpCode.VectorMergeLow32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MergeLow32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        a.AsUInt32().WithElement(0, b.AsUInt32().ToScalar()).AsByte();

    /// <summary>MOVSD of registers, MOVLPS and MOVLPD loads: A with its low half from B.</summary>
    [MicroOpMethod(MicroOpCode.VectorMergeLow64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MergeLow64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create(b.GetLower(), a.GetUpper());

    /// <summary>MOVLHPS, MOVHPS and MOVHPD loads: A with its high half from the low half of B.</summary>
    [MicroOpMethod(MicroOpCode.VectorMergeHigh64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MergeHigh64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create(a.GetLower(), b.GetLower());

    /// <summary>MOVHLPS: A with its low half from the high half of B.</summary>
    [MicroOpMethod(MicroOpCode.VectorHighToLow64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> HighToLow64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create(b.GetUpper(), a.GetUpper());

    /// <summary>MOVQ of registers: the low half of A, the rest zero.</summary>
    [MicroOpMethod(MicroOpCode.VectorZeroHigh64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZeroHigh64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.CreateScalar(a.AsUInt64().ToScalar()).AsByte();

    /// <summary>MOVD and MOVQ: the value, the rest zero; A does not matter.</summary>
    [MicroOpMethod(MicroOpCode.VectorFromValue)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> FromValue(Vector128<byte> a, ulong value, int imm) => Vector128.CreateScalar(value).AsByte();

    /// <summary>A with its 8-bit element Imm (modulo their number) replaced by the value.</summary>
    [MicroOpMethod(MicroOpCode.VectorInsert8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Insert8(Vector128<byte> a, ulong value, int imm) =>
        a.AsByte().WithElement(imm & 15, (byte)value).AsByte();

    /// <summary>A with its 16-bit element Imm (modulo their number) replaced by the value.</summary>
    [MicroOpMethod(MicroOpCode.VectorInsert16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Insert16(Vector128<byte> a, ulong value, int imm) =>
        a.AsUInt16().WithElement(imm & 7, (ushort)value).AsByte();

    /// <summary>A with its 32-bit element Imm (modulo their number) replaced by the value.</summary>
    [MicroOpMethod(MicroOpCode.VectorInsert32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Insert32(Vector128<byte> a, ulong value, int imm) =>
        a.AsUInt32().WithElement(imm & 3, (uint)value).AsByte();

    /// <summary>A with its 64-bit element Imm (modulo their number) replaced by the value.</summary>
    [MicroOpMethod(MicroOpCode.VectorInsert64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Insert64(Vector128<byte> a, ulong value, int imm) => a.AsUInt64().WithElement(imm & 1, value).AsByte();

    /// <summary>The 8-bit element Imm (modulo their number).</summary>
    [MicroOpMethod(MicroOpCode.VectorExtract8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extract8(Vector128<byte> a, int imm) => a.AsByte().GetElement(imm & 15);

    /// <summary>The 16-bit element Imm (modulo their number).</summary>
    [MicroOpMethod(MicroOpCode.VectorExtract16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extract16(Vector128<byte> a, int imm) => a.AsUInt16().GetElement(imm & 7);

    /// <summary>The 32-bit element Imm (modulo their number).</summary>
    [MicroOpMethod(MicroOpCode.VectorExtract32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extract32(Vector128<byte> a, int imm) => a.AsUInt32().GetElement(imm & 3);

    /// <summary>The 64-bit element Imm (modulo their number).</summary>
    [MicroOpMethod(MicroOpCode.VectorExtract64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extract64(Vector128<byte> a, int imm) => a.AsUInt64().GetElement(imm & 1);

    /// <summary>The sign bits of the 8-bit elements, element 0 in bit 0.</summary>
    [MicroOpMethod(MicroOpCode.VectorSigns8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Signs8(Vector128<byte> a, int imm) => a.AsByte().ExtractMostSignificantBits();

    /// <summary>The sign bits of the 32-bit elements, element 0 in bit 0.</summary>
    [MicroOpMethod(MicroOpCode.VectorSigns32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Signs32(Vector128<byte> a, int imm) => a.AsUInt32().ExtractMostSignificantBits();

    /// <summary>The sign bits of the 64-bit elements, element 0 in bit 0.</summary>
    [MicroOpMethod(MicroOpCode.VectorSigns64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Signs64(Vector128<byte> a, int imm) => a.AsUInt64().ExtractMostSignificantBits();
}
