using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Comparisons (all ones or zero), minima, maxima and averages element by element.</summary>
public static class PackedComparisons
{
    [MicroOpMethod(MicroOpCode.PackedEqual8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Equal8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Equals(a.AsByte(), b.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedEqual16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Equal16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Equals(a.AsUInt16(), b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedEqual32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Equal32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Equals(a.AsUInt32(), b.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedEqual64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Equal64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Equals(a.AsUInt64(), b.AsUInt64()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedGreater8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Greater8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.GreaterThan(a.AsSByte(), b.AsSByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedGreater16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Greater16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.GreaterThan(a.AsInt16(), b.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedGreater32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Greater32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.GreaterThan(a.AsInt32(), b.AsInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedGreater64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Greater64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.GreaterThan(a.AsInt64(), b.AsInt64()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMinSigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinSigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Min(a.AsSByte(), b.AsSByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMinSigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinSigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Min(a.AsInt16(), b.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMinSigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinSigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Min(a.AsInt32(), b.AsInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMinUnsigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinUnsigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Min(a.AsByte(), b.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMinUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Min(a.AsUInt16(), b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMinUnsigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinUnsigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Min(a.AsUInt32(), b.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMaxSigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MaxSigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Max(a.AsSByte(), b.AsSByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMaxSigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MaxSigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Max(a.AsInt16(), b.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMaxSigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MaxSigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Max(a.AsInt32(), b.AsInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMaxUnsigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MaxUnsigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Max(a.AsByte(), b.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMaxUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MaxUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Max(a.AsUInt16(), b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedMaxUnsigned32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MaxUnsigned32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Max(a.AsUInt32(), b.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAverage8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Average8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.Average(a, b) : Average8Portable(a, b, imm);

    public static Vector128<byte> Average8Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        // The carry of the rounded sum is in what only one of the two has.
        Vector128<byte> differing = a ^ b;
        return (a | b) - ((differing >> 1) & Vector128.Create((byte)0x7f));
    }

    [MicroOpMethod(MicroOpCode.PackedAverage16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Average16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.Average(a.AsUInt16(), b.AsUInt16()).AsByte() : Average16Portable(a, b, imm);

    public static Vector128<byte> Average16Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        ((a.AsUInt16() | b.AsUInt16()) - ((a.AsUInt16() ^ b.AsUInt16()) >> 1)).AsByte();
}
