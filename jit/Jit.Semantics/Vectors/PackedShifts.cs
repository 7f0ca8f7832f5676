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
        return imm < 0
            ? Sse2.ShiftLeftLogical(a.AsUInt16(), b.AsUInt16()).AsByte()
            : Sse2.ShiftLeftLogical(a.AsUInt16(), (byte)imm).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedShiftLeft32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Left32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 0
            ? Sse2.ShiftLeftLogical(a.AsUInt32(), b.AsUInt32()).AsByte()
            : Sse2.ShiftLeftLogical(a.AsUInt32(), (byte)imm).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedShiftLeft64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Left64(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 0
            ? Sse2.ShiftLeftLogical(a.AsUInt64(), b.AsUInt64()).AsByte()
            : Sse2.ShiftLeftLogical(a.AsUInt64(), (byte)imm).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedShiftRight16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 0
            ? Sse2.ShiftRightLogical(a.AsUInt16(), b.AsUInt16()).AsByte()
            : Sse2.ShiftRightLogical(a.AsUInt16(), (byte)imm).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedShiftRight32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 0
            ? Sse2.ShiftRightLogical(a.AsUInt32(), b.AsUInt32()).AsByte()
            : Sse2.ShiftRightLogical(a.AsUInt32(), (byte)imm).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedShiftRight64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right64(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 0
            ? Sse2.ShiftRightLogical(a.AsUInt64(), b.AsUInt64()).AsByte()
            : Sse2.ShiftRightLogical(a.AsUInt64(), (byte)imm).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedShiftArithmetic16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Arithmetic16(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 0
            ? Sse2.ShiftRightArithmetic(a.AsInt16(), b.AsInt16()).AsByte()
            : Sse2.ShiftRightArithmetic(a.AsInt16(), (byte)imm).AsByte();
    }

    [MicroOpMethod(MicroOpCode.PackedShiftArithmetic32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Arithmetic32(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 0
            ? Sse2.ShiftRightArithmetic(a.AsInt32(), b.AsInt32()).AsByte()
            : Sse2.ShiftRightArithmetic(a.AsInt32(), (byte)imm).AsByte();
    }

    /// <summary>PSLLDQ: by Imm bytes.</summary>
    [MicroOpMethod(MicroOpCode.VectorShiftLeftBytes)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> LeftBytes(Vector128<byte> a, Vector128<byte> b, int imm) => Sse2.ShiftLeftLogical128BitLane(a, (byte)imm);

    /// <summary>PSRLDQ: by Imm bytes.</summary>
    [MicroOpMethod(MicroOpCode.VectorShiftRightBytes)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> RightBytes(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse2.ShiftRightLogical128BitLane(a, (byte)imm);

    /// <summary>PALIGNR: the 32 bytes A:B shifted right by Imm bytes.</summary>
    [MicroOpMethod(MicroOpCode.VectorAlignRight)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> AlignRight(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        return imm < 16
            ? Sse2.ShiftRightLogical128BitLane(b, (byte)imm) | Sse2.ShiftLeftLogical128BitLane(a, (byte)(16 - imm))
            : Sse2.ShiftRightLogical128BitLane(a, (byte)(imm - 16));
    }
}
