using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Blends, broadcasts within a half, permutations by a vector, and INSERTPS.</summary>
public static class PackedSelections
{
    /// <summary>VPBLENDD and BLENDPS: the elements of B where Imm has a bit, else those of A.</summary>
    [MicroOpMethod(MicroOpCode.PackedBlend32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Blend32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> bits = Vector128.Create(1u, 2, 4, 8);
        return Vector128.ConditionalSelect(Vector128.Equals(Vector128.Create((uint)imm) & bits, bits).AsByte(), b, a);
    }

    /// <summary>BLENDPD.</summary>
    [MicroOpMethod(MicroOpCode.PackedBlend64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Blend64(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ulong> bits = Vector128.Create(1ul, 2);
        return Vector128.ConditionalSelect(Vector128.Equals(Vector128.Create((ulong)imm) & bits, bits).AsByte(), b, a);
    }

    [MicroOpMethod(MicroOpCode.PackedBlendBySign8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BlendBySign8(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Vector128.ConditionalSelect((c.AsSByte() >> 7).AsByte(), b, a);

    [MicroOpMethod(MicroOpCode.PackedBlendBySign32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BlendBySign32(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Vector128.ConditionalSelect((c.AsInt32() >> 31).AsByte(), b, a);

    [MicroOpMethod(MicroOpCode.PackedBlendBySign64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BlendBySign64(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Vector128.ConditionalSelect((c.AsInt64() >> 63).AsByte(), b, a);

    [MicroOpMethod(MicroOpCode.PackedBroadcast8)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast8(Vector128<byte> a, Vector128<byte> b, int imm) => Vector128.Create(a.ToScalar());

    [MicroOpMethod(MicroOpCode.PackedBroadcast16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Broadcast16(Vector128<byte> a, Vector128<byte> b, int imm) => Vector128.Create(a.AsUInt16().ToScalar()).AsByte();

    [MicroOpMethod(MicroOpCode.PackedPermuteBy32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PermuteBy32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Shuffle(a.AsUInt32(), b.AsUInt32() & Vector128.Create(3u)).AsByte();

    [MicroOpMethod(MicroOpCode.PackedPermuteBy64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> PermuteBy64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Shuffle(a.AsUInt64(), (b.AsUInt64() >> 1) & Vector128.Create(1ul)).AsByte();

    /// <summary>INSERTPS of registers: element Imm[7:6] of B becomes element Imm[5:4] of A; then those in Imm[3:0] become zero.</summary>
    [MicroOpMethod(MicroOpCode.PackedInsertScalar32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> InsertScalar32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> bits = Vector128.Create(1u, 2, 4, 8);
        Vector128<uint> inserted = a.AsUInt32().WithElement((imm >> 4) & 3, b.AsUInt32()[(imm >> 6) & 3]);
        return (inserted & ~Vector128.Equals(Vector128.Create((uint)imm) & bits, bits)).AsByte();
    }
}
