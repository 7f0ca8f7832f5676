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
        Sse2.IsSupported ? Sse2.PackSignedSaturate(a.AsInt16(), b.AsInt16()).AsByte() : PackSigned16Portable(a, b, imm);

    public static Vector128<byte> PackSigned16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<short> low = Vector128.Create((short)sbyte.MinValue);
        Vector128<short> high = Vector128.Create((short)sbyte.MaxValue);
        return Vector128.Narrow(Vector128.Min(Vector128.Max(a.AsInt16(), low), high), Vector128.Min(Vector128.Max(b.AsInt16(), low), high)).AsByte();
    }

    /// <summary>PACKSSDW.</summary>
    [MicroOpMethod(MicroOpCode.PackedPackSigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackSigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.PackSignedSaturate(a.AsInt32(), b.AsInt32()).AsByte() : PackSigned32Portable(a, b, imm);

    public static Vector128<byte> PackSigned32Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<int> low = Vector128.Create((int)short.MinValue);
        Vector128<int> high = Vector128.Create((int)short.MaxValue);
        return Vector128.Narrow(Vector128.Min(Vector128.Max(a.AsInt32(), low), high), Vector128.Min(Vector128.Max(b.AsInt32(), low), high)).AsByte();
    }

    /// <summary>PACKUSWB: signed words saturated to unsigned bytes.</summary>
    [MicroOpMethod(MicroOpCode.PackedPackUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PackUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.PackUnsignedSaturate(a.AsInt16(), b.AsInt16()) : PackUnsigned16Portable(a, b, imm);

    public static Vector128<byte> PackUnsigned16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<short> top = Vector128.Create((short)byte.MaxValue);
        Vector128<short> low = Vector128.Min(Vector128.Max(a.AsInt16(), Vector128<short>.Zero), top);
        Vector128<short> high = Vector128.Min(Vector128.Max(b.AsInt16(), Vector128<short>.Zero), top);
        return Vector128.Narrow(low.AsUInt16(), high.AsUInt16());
    }

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
    public static Vector128<byte> InterleaveLow8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : InterleaveLow8Portable(a, b, imm);

    public static Vector128<byte> InterleaveLow8Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 1, 0);

    [MicroOpMethod(MicroOpCode.PackedInterleaveLow16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a.AsUInt16(), b.AsUInt16()).AsByte() : InterleaveLow16Portable(a, b, imm);

    public static Vector128<byte> InterleaveLow16Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 2, 0);

    [MicroOpMethod(MicroOpCode.PackedInterleaveLow32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a.AsUInt32(), b.AsUInt32()).AsByte() : InterleaveLow32Portable(a, b, imm);

    public static Vector128<byte> InterleaveLow32Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 4, 0);

    [MicroOpMethod(MicroOpCode.PackedInterleaveLow64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveLow64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a.AsUInt64(), b.AsUInt64()).AsByte() : InterleaveLow64Portable(a, b, imm);

    public static Vector128<byte> InterleaveLow64Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 8, 0);

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : InterleaveHigh8Portable(a, b, imm);

    public static Vector128<byte> InterleaveHigh8Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 1, 8);

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a.AsUInt16(), b.AsUInt16()).AsByte() : InterleaveHigh16Portable(a, b, imm);

    public static Vector128<byte> InterleaveHigh16Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 2, 8);

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a.AsUInt32(), b.AsUInt32()).AsByte() : InterleaveHigh32Portable(a, b, imm);

    public static Vector128<byte> InterleaveHigh32Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 4, 8);

    [MicroOpMethod(MicroOpCode.PackedInterleaveHigh64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InterleaveHigh64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a.AsUInt64(), b.AsUInt64()).AsByte() : InterleaveHigh64Portable(a, b, imm);

    public static Vector128<byte> InterleaveHigh64Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Interleave(a, b, 8, 8);

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

    /// <summary>Elements of A and B by turns, those of eight bytes each from <paramref name="first"/> on.</summary>
    private static Vector128<byte> Interleave(Vector128<byte> a, Vector128<byte> b, int size, int first)
    {
        Vector128<byte> result = default;
        for (int i = 0; i < 8; i++)
        {
            int at = (i / size * 2 * size) + (i % size);
            result = result.WithElement(at, a[first + i]).WithElement(at + size, b[first + i]);
        }

        return result;
    }
}
