using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Conversions between vectors of numbers of different formats.</summary>
public static unsafe class PackedFloatConversions
{
    [MicroOpMethod(MicroOpCode.ConvertInt32ToFloat32)]
    public static Vector128<byte> Int32ToFloat32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint* x = (uint*)&a;
        for (int i = 0; i < 4; i++)
            x[i] = Float32.FromInt32((int)x[i], ref status);
        return a;
    }

    /// <summary>The low two integers; always exact.</summary>
    [MicroOpMethod(MicroOpCode.ConvertInt32ToFloat64)]
    public static Vector128<byte> Int32ToFloat64(Vector128<byte> a, Vector128<byte> b, int imm) => Exact64(a.AsInt32()[0], a.AsInt32()[1]);

    /// <summary>The low four integers.</summary>
    [MicroOpMethod(MicroOpCode.ConvertInt32ToFloat64Wide)]
    public static Vector256<byte> Int32ToFloat64Wide(Vector256<byte> a, Vector256<byte> b, int imm) =>
        Vector256.Create(Exact64(a.AsInt32()[0], a.AsInt32()[1]), Exact64(a.AsInt32()[2], a.AsInt32()[3]));

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToFloat64)]
    public static Vector128<byte> Float32ToFloat64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        ulong low = Float64.FromFloat32(a.AsUInt32()[0], ref status);
        return Vector128.Create(low, Float64.FromFloat32(a.AsUInt32()[1], ref status)).AsByte();
    }

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToFloat64Wide)]
    public static Vector256<byte> Float32ToFloat64Wide(ref FloatStatus status, Vector256<byte> a, Vector256<byte> b, int imm)
    {
        Vector128<byte> low = Float32ToFloat64(ref status, a.GetLower(), default, 0);
        return Vector256.Create(low, Float32ToFloat64(ref status, Vector128.Create(a.AsUInt64()[1]).AsByte(), default, 0));
    }

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToFloat64Scalar)]
    public static Vector128<byte> Float32ToFloat64Scalar(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.FromFloat32(FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.ConvertFloat64ToFloat32)]
    public static Vector128<byte> Float64ToFloat32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Vector128.CreateScalar(Pair(Float32.FromFloat64(a.AsUInt64()[0], ref status), Float32.FromFloat64(a.AsUInt64()[1], ref status))).AsByte();

    [MicroOpMethod(MicroOpCode.ConvertFloat64ToFloat32Wide)]
    public static Vector256<byte> Float64ToFloat32Wide(ref FloatStatus status, Vector256<byte> a, Vector256<byte> b, int imm) =>
        Join(Float64ToFloat32(ref status, a.GetLower(), default, 0), Float64ToFloat32(ref status, a.GetUpper(), default, 0));

    [MicroOpMethod(MicroOpCode.ConvertFloat64ToFloat32Scalar)]
    public static Vector128<byte> Float64ToFloat32Scalar(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.FromFloat64(FloatLanes.Low64(b), ref status));

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToInt32)]
    public static Vector128<byte> Float32ToInt32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint* x = (uint*)&a;
        for (int i = 0; i < 4; i++)
            x[i] = (uint)Float32.ToInt32(x[i], status.Rounding, ref status);
        return a;
    }

    [MicroOpMethod(MicroOpCode.ConvertFloat64ToInt32)]
    public static Vector128<byte> Float64ToInt32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint low = (uint)Float64.ToInt32(a.AsUInt64()[0], status.Rounding, ref status);
        return Vector128.CreateScalar(Pair(low, (uint)Float64.ToInt32(a.AsUInt64()[1], status.Rounding, ref status))).AsByte();
    }

    [MicroOpMethod(MicroOpCode.ConvertFloat64ToInt32Wide)]
    public static Vector256<byte> Float64ToInt32Wide(ref FloatStatus status, Vector256<byte> a, Vector256<byte> b, int imm) =>
        Join(Float64ToInt32(ref status, a.GetLower(), default, 0), Float64ToInt32(ref status, a.GetUpper(), default, 0));

    [MicroOpMethod(MicroOpCode.TruncateFloat32ToInt32)]
    public static Vector128<byte> TruncateFloat32ToInt32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint* x = (uint*)&a;
        for (int i = 0; i < 4; i++)
            x[i] = (uint)Float32.ToInt32(x[i], FloatRounding.Zero, ref status);
        return a;
    }

    [MicroOpMethod(MicroOpCode.TruncateFloat64ToInt32)]
    public static Vector128<byte> TruncateFloat64ToInt32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint low = (uint)Float64.ToInt32(a.AsUInt64()[0], FloatRounding.Zero, ref status);
        return Vector128.CreateScalar(Pair(low, (uint)Float64.ToInt32(a.AsUInt64()[1], FloatRounding.Zero, ref status))).AsByte();
    }

    [MicroOpMethod(MicroOpCode.TruncateFloat64ToInt32Wide)]
    public static Vector256<byte> TruncateFloat64ToInt32Wide(ref FloatStatus status, Vector256<byte> a, Vector256<byte> b, int imm) =>
        Join(TruncateFloat64ToInt32(ref status, a.GetLower(), default, 0), TruncateFloat64ToInt32(ref status, a.GetUpper(), default, 0));

    [MicroOpMethod(MicroOpCode.ConvertFloat16ToFloat32)]
    public static Vector128<byte> Float16ToFloat32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint* result = stackalloc uint[4];
        for (int i = 0; i < 4; i++)
            result[i] = Float16.ToFloat32(a.AsUInt16()[i], ref status);
        return Vector128.Load(result).AsByte();
    }

    [MicroOpMethod(MicroOpCode.ConvertFloat16ToFloat32Wide)]
    public static Vector256<byte> Float16ToFloat32Wide(ref FloatStatus status, Vector256<byte> a, Vector256<byte> b, int imm)
    {
        Vector128<byte> low = Float16ToFloat32(ref status, a.GetLower(), default, 0);
        return Vector256.Create(low, Float16ToFloat32(ref status, Vector128.Create(a.AsUInt64()[1]).AsByte(), default, 0));
    }

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToFloat16)]
    public static Vector128<byte> Float32ToFloat16(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        ulong halves = 0;
        for (int i = 0; i < 4; i++)
            halves |= (ulong)Float16.FromFloat32(a.AsUInt32()[i], PackedFloatRounding.Direction(imm, status), ref status) << (16 * i);
        return Vector128.CreateScalar(halves).AsByte();
    }

    [MicroOpMethod(MicroOpCode.ConvertFloat32ToFloat16Wide)]
    public static Vector256<byte> Float32ToFloat16Wide(ref FloatStatus status, Vector256<byte> a, Vector256<byte> b, int imm) =>
        Join(Float32ToFloat16(ref status, a.GetLower(), default, imm), Float32ToFloat16(ref status, a.GetUpper(), default, imm));

    private static Vector128<byte> Exact64(int low, int high)
    {
        FloatStatus exact = default;
        return Vector128.Create(Float64.FromInt32(low, ref exact), Float64.FromInt32(high, ref exact)).AsByte();
    }

    private static ulong Pair(uint low, uint high) => low | ((ulong)high << 32);

    /// <summary>The low halves of both, and above them 0.</summary>
    private static Vector256<byte> Join(Vector128<byte> low, Vector128<byte> high) =>
        Vector128.Create(FloatLanes.Low64(low), FloatLanes.Low64(high)).AsByte().ToVector256();
}
