using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Packing with saturation, interleaving (PUNPCK, UNPCK) and widening of the low elements.</summary>
public static class PackedConversions
{
    /// <summary>PACKSSWB: A below B, saturated to signed bytes.</summary>
    [MicroOpMethod(MicroOpCode.PackedPackSigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackSigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.PackSignedSaturate(a.AsInt16(), b.AsInt16()).AsByte();

    /// <summary>PACKSSDW.</summary>
    [MicroOpMethod(MicroOpCode.PackedPackSigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackSigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.PackSignedSaturate(a.AsInt32(), b.AsInt32()).AsByte();

    /// <summary>PACKUSWB: signed words saturated to unsigned bytes.</summary>
    [MicroOpMethod(MicroOpCode.PackedPackUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.PackUnsignedSaturate(a.AsInt16(), b.AsInt16());

    /// <summary>PACKUSDW.</summary>
    [MicroOpMethod(MicroOpCode.PackedPackUnsigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackUnsigned32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<int> top = Vector128.Create(0xffff);
        Vector128<int> low = Vector128.Min(Vector128.Max(a.AsInt32(), Vector128<int>.Zero), top);
        Vector128<int> high = Vector128.Min(Vector128.Max(b.AsInt32(), Vector128<int>.Zero), top);
        return Vector128.Narrow(low.AsUInt32(), high.AsUInt32()).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedInterleaveLow8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow8(Vector128<byte> a, Vector128<byte> b, int imm) => Sse2.UnpackLow(a, b);

    [MicroOpMethod(MicroOpCode.PackedInterleaveLow16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.UnpackLow(a.AsUInt16(), b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedInterleaveLow32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.UnpackLow(a.AsUInt32(), b.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedInterleaveLow64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.UnpackLow(a.AsUInt64(), b.AsUInt64()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh8(Vector128<byte> a, Vector128<byte> b, int imm) => Sse2.UnpackHigh(a, b);

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.UnpackHigh(a.AsUInt16(), b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.UnpackHigh(a.AsUInt32(), b.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.UnpackHigh(a.AsUInt64(), b.AsUInt64()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedZeroExtend8To16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZeroExtend8To16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(a.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedZeroExtend8To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZeroExtend8To32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(Vector128.WidenLower(a.AsByte())).AsByte();

    [MicroOpMethod(MicroOpCode.PackedZeroExtend8To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZeroExtend8To64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.WidenLower(a.AsByte()))).AsByte();

    [MicroOpMethod(MicroOpCode.PackedZeroExtend16To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZeroExtend16To32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(a.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedZeroExtend16To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZeroExtend16To64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(Vector128.WidenLower(a.AsUInt16())).AsByte();

    [MicroOpMethod(MicroOpCode.PackedZeroExtend32To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ZeroExtend32To64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(a.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSignExtend8To16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SignExtend8To16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(a.AsSByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSignExtend8To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SignExtend8To32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(Vector128.WidenLower(a.AsSByte())).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSignExtend8To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SignExtend8To64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.WidenLower(a.AsSByte()))).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSignExtend16To32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SignExtend16To32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(a.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSignExtend16To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SignExtend16To64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(Vector128.WidenLower(a.AsInt16())).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSignExtend32To64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SignExtend32To64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.WidenLower(a.AsInt32()).AsByte();
}
