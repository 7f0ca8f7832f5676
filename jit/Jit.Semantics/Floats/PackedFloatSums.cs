using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>What adds neighbouring elements, or adds and subtracts by turns.</summary>
public static unsafe class PackedFloatSums
{
    /// <summary>Differences of elements 0 and 2, sums of 1 and 3.</summary>
    [MicroOpMethod(MicroOpCode.FloatAddSub32)]
    public static Vector128<byte> AddSub32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create(
            Float32.Subtract(a.AsUInt32()[0], b.AsUInt32()[0], ref status),
            Float32.Add(a.AsUInt32()[1], b.AsUInt32()[1], ref status),
            Float32.Subtract(a.AsUInt32()[2], b.AsUInt32()[2], ref status),
            Float32.Add(a.AsUInt32()[3], b.AsUInt32()[3], ref status)).AsByte();

    [MicroOpMethod(MicroOpCode.FloatHorizontalAdd32)]
    public static Vector128<byte> HorizontalAdd32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Neighbours(&Float32.Add, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatHorizontalSub32)]
    public static Vector128<byte> HorizontalSub32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Neighbours(&Float32.Subtract, a, b, ref status);

    /// <summary>Differences of element 0, sums of 1.</summary>
    [MicroOpMethod(MicroOpCode.FloatAddSub64)]
    public static Vector128<byte> AddSub64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.Create(
            Float64.Subtract(a.AsUInt64()[0], b.AsUInt64()[0], ref status),
            Float64.Add(a.AsUInt64()[1], b.AsUInt64()[1], ref status)).AsByte();

    [MicroOpMethod(MicroOpCode.FloatHorizontalAdd64)]
    public static Vector128<byte> HorizontalAdd64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Neighbours(&Float64.Add, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatHorizontalSub64)]
    public static Vector128<byte> HorizontalSub64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Neighbours(&Float64.Subtract, a, b, ref status);

    /// <summary>DPPS: bits 4-7 of Imm select products, which are added in pairs; bits 0-3 where the sum goes, 0 elsewhere.</summary>
    [MicroOpMethod(MicroOpCode.FloatDotProduct32)]
    public static Vector128<byte> DotProduct32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        DotProducts32((uint*)&a, (uint*)&b, 1, imm, ref status);
        return a;
    }

    /// <summary>DPPS of both halves.</summary>
    [MicroOpMethod(MicroOpCode.FloatDotProduct32Wide)]
    public static Vector256<byte> DotProduct32Wide(ref FloatStatus status, Vector256<byte> a, Vector256<byte> b, int imm)
    {
        DotProducts32((uint*)&a, (uint*)&b, 2, imm, ref status);
        return a;
    }

    /// <summary>DPPD: bits 4-5 of Imm select products, which are added; bits 0-1 where the sum goes, 0 elsewhere.</summary>
    [MicroOpMethod(MicroOpCode.FloatDotProduct64)]
    public static Vector128<byte> DotProduct64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        ulong low = (imm & 0x10) != 0 ? Float64.Multiply(a.AsUInt64()[0], b.AsUInt64()[0], ref status) : 0;
        ulong high = (imm & 0x20) != 0 ? Float64.Multiply(a.AsUInt64()[1], b.AsUInt64()[1], ref status) : 0;
        if (!status.NextStep())
            return a;
        ulong sum = Float64.Add(low, high, ref status);
        return Vector128.Create((imm & 1) != 0 ? sum : 0, (imm & 2) != 0 ? sum : 0).AsByte();
    }

    /// <summary>Dot products of groups of four elements, into <paramref name="a"/>. An unmasked exception in one of the three steps ends the operation there.</summary>
    private static void DotProducts32(uint* a, uint* b, int groups, int imm, ref FloatStatus status)
    {
        for (int i = 0; i < 4 * groups; i++)
            a[i] = (imm >> (4 + (i & 3)) & 1) != 0 ? Float32.Multiply(a[i], b[i], ref status) : 0;
        if (!status.NextStep())
            return;
        for (int i = 0; i < 4 * groups; i += 2)
            a[i] = Float32.Add(a[i], a[i + 1], ref status);
        if (!status.NextStep())
            return;
        for (int group = 0; group < 4 * groups; group += 4)
        {
            uint sum = Float32.Add(a[group], a[group + 2], ref status);
            for (int i = 0; i < 4; i++)
                a[group + i] = (imm >> i & 1) != 0 ? sum : 0;
        }
    }
}
