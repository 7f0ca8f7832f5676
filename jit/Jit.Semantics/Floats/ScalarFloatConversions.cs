using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>CVTSI2SD, CVTSD2SI and their kin: between general registers and the lowest element.</summary>
public static class ScalarFloatConversions
{
    [MicroOpMethod(MicroOpCode.ConvertValue32ToFloat32)]
    public static Vector128<byte> Value32ToFloat32(ref FloatStatus status, Vector128<byte> a, ulong value, int imm) =>
        FloatLanes.WithLow(a, Float32.FromInt32((int)value, ref status));

    [MicroOpMethod(MicroOpCode.ConvertValue64ToFloat32)]
    public static Vector128<byte> Value64ToFloat32(ref FloatStatus status, Vector128<byte> a, ulong value, int imm) =>
        FloatLanes.WithLow(a, Float32.FromInt64((long)value, ref status));

    /// <summary>Always exact.</summary>
    [MicroOpMethod(MicroOpCode.ConvertValue32ToFloat64)]
    public static Vector128<byte> Value32ToFloat64(Vector128<byte> a, ulong value, int imm)
    {
        FloatStatus exact = default;
        return FloatLanes.WithLow(a, Float64.FromInt32((int)value, ref exact));
    }

    [MicroOpMethod(MicroOpCode.ConvertValue64ToFloat64)]
    public static Vector128<byte> Value64ToFloat64(ref FloatStatus status, Vector128<byte> a, ulong value, int imm) =>
        FloatLanes.WithLow(a, Float64.FromInt64((long)value, ref status));

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToValue32)]
    public static ulong Float32ToValue32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (uint)Float32.ToInt32(FloatLanes.Low32(a), status.Rounding, ref status);

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToValue64)]
    public static ulong Float32ToValue64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (ulong)Float32.ToInt64(FloatLanes.Low32(a), status.Rounding, ref status);

    [MicroOpMethod(MicroOpCode.ConvertFloat64ToValue32)]
    public static ulong Float64ToValue32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (uint)Float64.ToInt32(FloatLanes.Low64(a), status.Rounding, ref status);

    [MicroOpMethod(MicroOpCode.ConvertFloat64ToValue64)]
    public static ulong Float64ToValue64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (ulong)Float64.ToInt64(FloatLanes.Low64(a), status.Rounding, ref status);

    [MicroOpMethod(MicroOpCode.TruncateFloat32ToValue32)]
    public static ulong TruncateFloat32ToValue32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (uint)Float32.ToInt32(FloatLanes.Low32(a), FloatRounding.Zero, ref status);

    [MicroOpMethod(MicroOpCode.TruncateFloat32ToValue64)]
    public static ulong TruncateFloat32ToValue64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (ulong)Float32.ToInt64(FloatLanes.Low32(a), FloatRounding.Zero, ref status);

    [MicroOpMethod(MicroOpCode.TruncateFloat64ToValue32)]
    public static ulong TruncateFloat64ToValue32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (uint)Float64.ToInt32(FloatLanes.Low64(a), FloatRounding.Zero, ref status);

    [MicroOpMethod(MicroOpCode.TruncateFloat64ToValue64)]
    public static ulong TruncateFloat64ToValue64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        (ulong)Float64.ToInt64(FloatLanes.Low64(a), FloatRounding.Zero, ref status);
}
