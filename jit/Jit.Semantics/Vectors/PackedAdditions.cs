using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Additions and subtractions element by element, wrapping or saturating.</summary>
public static class PackedAdditions
{
    [MicroOpMethod(MicroOpCode.PackedAdd8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add8(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsByte() + b.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAdd16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add16(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsUInt16() + b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAdd32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add32(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsUInt32() + b.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAdd64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Add64(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsUInt64() + b.AsUInt64()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSub8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sub8(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsByte() - b.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSub16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sub16(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsUInt16() - b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSub32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sub32(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsUInt32() - b.AsUInt32()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSub64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Sub64(Vector128<byte> a, Vector128<byte> b, int imm) => (a.AsUInt64() - b.AsUInt64()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAddSaturateSigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSaturateSigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.AddSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAddSaturateSigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSaturateSigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.AddSaturate(a.AsInt16(), b.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAddSaturateUnsigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSaturateUnsigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.AddSaturate(a.AsByte(), b.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedAddSaturateUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AddSaturateUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.AddSaturate(a.AsUInt16(), b.AsUInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSubSaturateSigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubSaturateSigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.SubtractSaturate(a.AsSByte(), b.AsSByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSubSaturateSigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubSaturateSigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.SubtractSaturate(a.AsInt16(), b.AsInt16()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSubSaturateUnsigned8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubSaturateUnsigned8(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.SubtractSaturate(a.AsByte(), b.AsByte()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedSubSaturateUnsigned16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> SubSaturateUnsigned16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.SubtractSaturate(a.AsUInt16(), b.AsUInt16()).AsByte();
}
