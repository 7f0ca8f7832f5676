using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Shifts in which each element has its own count; counts beyond the width give zero, or signs.</summary>
public static class PackedVariableShifts
{
    [MicroOpMethod(MicroOpCode.PackedShiftLeftBy32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Left32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Avx2.IsSupported ? Avx2.ShiftLeftLogicalVariable(a.AsUInt32(), b.AsUInt32()).AsByte() : Left32Portable(a, b, imm);

    public static Vector128<byte> Left32Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> result = default;
        for (int i = 0; i < 4; i++)
            result = result.WithElement(i, Shift(a.AsUInt32()[i], b.AsUInt32()[i]));
        return result.AsByte();

        static uint Shift(uint value, uint count) => count < 32 ? value << (int)count : 0;
    }

    [MicroOpMethod(MicroOpCode.PackedShiftLeftBy64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Left64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Avx2.IsSupported ? Avx2.ShiftLeftLogicalVariable(a.AsUInt64(), b.AsUInt64()).AsByte() : Left64Portable(a, b, imm);

    public static Vector128<byte> Left64Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ulong> result = default;
        for (int i = 0; i < 2; i++)
            result = result.WithElement(i, Shift(a.AsUInt64()[i], b.AsUInt64()[i]));
        return result.AsByte();

        static ulong Shift(ulong value, ulong count) => count < 64 ? value << (int)count : 0;
    }

    [MicroOpMethod(MicroOpCode.PackedShiftRightBy32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Avx2.IsSupported ? Avx2.ShiftRightLogicalVariable(a.AsUInt32(), b.AsUInt32()).AsByte() : Right32Portable(a, b, imm);

    public static Vector128<byte> Right32Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> result = default;
        for (int i = 0; i < 4; i++)
            result = result.WithElement(i, Shift(a.AsUInt32()[i], b.AsUInt32()[i]));
        return result.AsByte();

        static uint Shift(uint value, uint count) => count < 32 ? value >> (int)count : 0;
    }

    [MicroOpMethod(MicroOpCode.PackedShiftRightBy64)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Right64(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Avx2.IsSupported ? Avx2.ShiftRightLogicalVariable(a.AsUInt64(), b.AsUInt64()).AsByte() : Right64Portable(a, b, imm);

    public static Vector128<byte> Right64Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ulong> result = default;
        for (int i = 0; i < 2; i++)
            result = result.WithElement(i, Shift(a.AsUInt64()[i], b.AsUInt64()[i]));
        return result.AsByte();

        static ulong Shift(ulong value, ulong count) => count < 64 ? value >> (int)count : 0;
    }

    [MicroOpMethod(MicroOpCode.PackedShiftArithmeticBy32)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Arithmetic32(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Avx2.IsSupported ? Avx2.ShiftRightArithmeticVariable(a.AsInt32(), b.AsUInt32()).AsByte() : Arithmetic32Portable(a, b, imm);

    public static Vector128<byte> Arithmetic32Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<int> result = default;
        for (int i = 0; i < 4; i++)
            result = result.WithElement(i, Shift(a.AsInt32()[i], b.AsUInt32()[i]));
        return result.AsByte();

        static int Shift(int value, uint count) => value >> (int)Math.Min(count, 31);
    }
}
