using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

// Imm is a constant of the instruction: where emitted code inlines these methods, the intrinsic gets its immediate.
#pragma warning disable CA1857

namespace Rebound.Jit.Semantics;

/// <summary>Shuffles and blends.</summary>
public static class PackedShuffles
{
    /// <summary>PSHUFD: two bits of Imm select each 32-bit element.</summary>
    [MicroOpMethod(MicroOpCode.PackedShuffle32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Shuffle32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.Shuffle(a.AsUInt32(), (byte)imm).AsByte() : Shuffle32Portable(a, b, imm);

    public static Vector128<byte> Shuffle32Portable(Vector128<byte> a, Vector128<byte> b, int imm) => Vector128.Shuffle(a.AsUInt32(), Selectors(imm)).AsByte();

    /// <summary>PSHUFLW.</summary>
    [MicroOpMethod(MicroOpCode.PackedShuffleLow16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShuffleLow16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.ShuffleLow(a.AsUInt16(), (byte)imm).AsByte() : ShuffleLow16Portable(a, b, imm);

    public static Vector128<byte> ShuffleLow16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ushort> low = Vector128.Narrow(Selectors(imm), Vector128.Create(4u, 5, 6, 7));
        return Vector128.Shuffle(a.AsUInt16(), low).AsByte();
    }

    /// <summary>PSHUFHW.</summary>
    [MicroOpMethod(MicroOpCode.PackedShuffleHigh16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShuffleHigh16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.ShuffleHigh(a.AsUInt16(), (byte)imm).AsByte() : ShuffleHigh16Portable(a, b, imm);

    public static Vector128<byte> ShuffleHigh16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ushort> high = Vector128.Narrow(Vector128.Create(0u, 1, 2, 3), Selectors(imm) + Vector128.Create(4u));
        return Vector128.Shuffle(a.AsUInt16(), high).AsByte();
    }

    /// <summary>SHUFPS: two elements of A, then two of B.</summary>
    [MicroOpMethod(MicroOpCode.PackedShufflePair32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShufflePair32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse.IsSupported ? Sse.Shuffle(a.AsSingle(), b.AsSingle(), (byte)imm).AsByte() : ShufflePair32Portable(a, b, imm);

    public static Vector128<byte> ShufflePair32Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> selectors = Selectors(imm);
        return Vector128.Create(
            Vector128.Shuffle(a.AsUInt32(), selectors).GetLower(), Vector128.Shuffle(b.AsUInt32(), selectors).GetUpper()).AsByte();
    }

    /// <summary>SHUFPD: one element of A, then one of B.</summary>
    [MicroOpMethod(MicroOpCode.PackedShufflePair64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShufflePair64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.Shuffle(a.AsDouble(), b.AsDouble(), (byte)imm).AsByte() : ShufflePair64Portable(a, b, imm);

    public static Vector128<byte> ShufflePair64Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create(a.AsUInt64()[imm & 1], b.AsUInt64()[(imm >> 1) & 1]).AsByte();

    /// <summary>PSHUFB: each byte of B selects a byte of A, or 0 if its sign bit is set.</summary>
    [MicroOpMethod(MicroOpCode.PackedShuffleBytes)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> ShuffleBytes(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(a, b) : ShuffleBytesPortable(a, b, imm);

    public static Vector128<byte> ShuffleBytesPortable(Vector128<byte> a, Vector128<byte> b, int imm) => Vector128.Shuffle(a, b & Vector128.Create((byte)0x8f));

    /// <summary>PBLENDW: the 16-bit elements of B where Imm has a bit, else those of A.</summary>
    [MicroOpMethod(MicroOpCode.PackedBlend16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Blend16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ushort> bits = Vector128.Create(1, 2, 4, 8, 16, 32, 64, (ushort)128);
        Vector128<ushort> mask = Vector128.Equals(Vector128.Create((ushort)imm) & bits, bits);
        return Vector128.ConditionalSelect(mask.AsByte(), b, a);
    }

    /// <summary>The four selectors of two bits.</summary>
    private static Vector128<uint> Selectors(int imm) =>
        Vector128.Create((uint)imm & 3, (uint)(imm >> 2) & 3, (uint)(imm >> 4) & 3, (uint)(imm >> 6) & 3);
}
