using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

// Imm is a constant of the instruction: where emitted code inlines these methods, the intrinsic gets its immediate.
#pragma warning disable CA1857

namespace Rebound.Jit.Semantics;

/// <summary>Shifts. The count of the element shifts is Imm, or the low 64 bits of B if Imm is -1; counts beyond the width give zero, or signs.</summary>
public static class PackedShifts
{
    [MicroOpMethod(MicroOpCode.PackedShiftLeft16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Left16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Left16Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftLeftLogical(a.AsUInt16(), b.AsUInt16()).AsByte()
            : Sse2.ShiftLeftLogical(a.AsUInt16(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Left16Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Count(b, imm) < 16 ? (a.AsUInt16() << (int)Count(b, imm)).AsByte() : default;

    [MicroOpMethod(MicroOpCode.PackedShiftLeft32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Left32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Left32Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftLeftLogical(a.AsUInt32(), b.AsUInt32()).AsByte()
            : Sse2.ShiftLeftLogical(a.AsUInt32(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Left32Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Count(b, imm) < 32 ? (a.AsUInt32() << (int)Count(b, imm)).AsByte() : default;

    [MicroOpMethod(MicroOpCode.PackedShiftLeft64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Left64(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Left64Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftLeftLogical(a.AsUInt64(), b.AsUInt64()).AsByte()
            : Sse2.ShiftLeftLogical(a.AsUInt64(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Left64Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Count(b, imm) < 64 ? (a.AsUInt64() << (int)Count(b, imm)).AsByte() : default;

    [MicroOpMethod(MicroOpCode.PackedShiftRight16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Right16Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftRightLogical(a.AsUInt16(), b.AsUInt16()).AsByte()
            : Sse2.ShiftRightLogical(a.AsUInt16(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Right16Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Count(b, imm) < 16 ? (a.AsUInt16() >> (int)Count(b, imm)).AsByte() : default;

    [MicroOpMethod(MicroOpCode.PackedShiftRight32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Right32Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftRightLogical(a.AsUInt32(), b.AsUInt32()).AsByte()
            : Sse2.ShiftRightLogical(a.AsUInt32(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Right32Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Count(b, imm) < 32 ? (a.AsUInt32() >> (int)Count(b, imm)).AsByte() : default;

    [MicroOpMethod(MicroOpCode.PackedShiftRight64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right64(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Right64Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftRightLogical(a.AsUInt64(), b.AsUInt64()).AsByte()
            : Sse2.ShiftRightLogical(a.AsUInt64(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Right64Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Count(b, imm) < 64 ? (a.AsUInt64() >> (int)Count(b, imm)).AsByte() : default;

    [MicroOpMethod(MicroOpCode.PackedShiftArithmetic16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Arithmetic16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Arithmetic16Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftRightArithmetic(a.AsInt16(), b.AsInt16()).AsByte()
            : Sse2.ShiftRightArithmetic(a.AsInt16(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Arithmetic16Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        (a.AsInt16() >> (int)Math.Min(Count(b, imm), 15)).AsByte();

    [MicroOpMethod(MicroOpCode.PackedShiftArithmetic32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Arithmetic32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        if (!Sse2.IsSupported)
            return Arithmetic32Portable(a, b, imm);
        return imm < 0
            ? Sse2.ShiftRightArithmetic(a.AsInt32(), b.AsInt32()).AsByte()
            : Sse2.ShiftRightArithmetic(a.AsInt32(), (byte)imm).AsByte();
    }

    public static Vector128<byte> Arithmetic32Portable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        (a.AsInt32() >> (int)Math.Min(Count(b, imm), 31)).AsByte();

    /// <summary>PSLLDQ: by Imm bytes.</summary>
    [MicroOpMethod(MicroOpCode.VectorShiftLeftBytes)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LeftBytes(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.ShiftLeftLogical128BitLane(a, (byte)imm) : LeftBytesPortable(a, b, imm);

    public static Vector128<byte> LeftBytesPortable(Vector128<byte> a, Vector128<byte> b, int imm) => Window(a, -(imm & 0xff));

    /// <summary>PSRLDQ: by Imm bytes.</summary>
    [MicroOpMethod(MicroOpCode.VectorShiftRightBytes)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> RightBytes(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.IsSupported ? Sse2.ShiftRightLogical128BitLane(a, (byte)imm) : RightBytesPortable(a, b, imm);

    public static Vector128<byte> RightBytesPortable(Vector128<byte> a, Vector128<byte> b, int imm) => Window(a, imm & 0xff);

    /// <summary>PALIGNR: the 32 bytes A:B shifted right by Imm bytes.</summary>
    [MicroOpMethod(MicroOpCode.VectorAlignRight)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AlignRight(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Ssse3.IsSupported ? Ssse3.AlignRight(a, b, (byte)imm) : AlignRightPortable(a, b, imm);

    public static Vector128<byte> AlignRightPortable(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Window(b, imm & 0xff) | Window(a, (imm & 0xff) - 16);

    /// <summary>The 16 bytes from one place of A on, which may be outside; there all is zero.</summary>
    private static Vector128<byte> Window(Vector128<byte> a, int first)
    {
        Vector128<byte> result = default;
        for (int i = 0; i < 16; i++)
        {
            if (first + i is >= 0 and < 16)
                result = result.WithElement(i, a[first + i]);
        }

        return result;
    }

    private static ulong Count(Vector128<byte> b, int imm) => imm < 0 ? b.AsUInt64().ToScalar() : (byte)imm;
}
