using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Addition to square root, minimum and maximum, of all elements or of the lowest alone.</summary>
public static unsafe class PackedFloatArithmetic
{
    [MicroOpMethod(MicroOpCode.FloatAdd32)]
    public static Vector128<byte> Add32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float32.Add, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatAddScalar32)]
    public static Vector128<byte> AddScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.Add(FloatLanes.Low32(a), FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatAdd64)]
    public static Vector128<byte> Add64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float64.Add, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatAddScalar64)]
    public static Vector128<byte> AddScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.Add(FloatLanes.Low64(a), FloatLanes.Low64(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatSub32)]
    public static Vector128<byte> Subtract32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float32.Subtract, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatSubScalar32)]
    public static Vector128<byte> SubtractScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.Subtract(FloatLanes.Low32(a), FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatSub64)]
    public static Vector128<byte> Subtract64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float64.Subtract, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatSubScalar64)]
    public static Vector128<byte> SubtractScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.Subtract(FloatLanes.Low64(a), FloatLanes.Low64(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatMul32)]
    public static Vector128<byte> Multiply32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float32.Multiply, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatMulScalar32)]
    public static Vector128<byte> MultiplyScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.Multiply(FloatLanes.Low32(a), FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatMul64)]
    public static Vector128<byte> Multiply64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float64.Multiply, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatMulScalar64)]
    public static Vector128<byte> MultiplyScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.Multiply(FloatLanes.Low64(a), FloatLanes.Low64(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatDiv32)]
    public static Vector128<byte> Divide32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float32.Divide, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatDivScalar32)]
    public static Vector128<byte> DivideScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.Divide(FloatLanes.Low32(a), FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatDiv64)]
    public static Vector128<byte> Divide64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float64.Divide, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatDivScalar64)]
    public static Vector128<byte> DivideScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.Divide(FloatLanes.Low64(a), FloatLanes.Low64(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatMin32)]
    public static Vector128<byte> Minimum32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float32.Minimum, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatMinScalar32)]
    public static Vector128<byte> MinimumScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.Minimum(FloatLanes.Low32(a), FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatMin64)]
    public static Vector128<byte> Minimum64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float64.Minimum, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatMinScalar64)]
    public static Vector128<byte> MinimumScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.Minimum(FloatLanes.Low64(a), FloatLanes.Low64(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatMax32)]
    public static Vector128<byte> Maximum32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float32.Maximum, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatMaxScalar32)]
    public static Vector128<byte> MaximumScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.Maximum(FloatLanes.Low32(a), FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatMax64)]
    public static Vector128<byte> Maximum64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float64.Maximum, a, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatMaxScalar64)]
    public static Vector128<byte> MaximumScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.Maximum(FloatLanes.Low64(a), FloatLanes.Low64(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatSqrt32)]
    public static Vector128<byte> SquareRoot32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float32.SquareRoot, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatSqrtScalar32)]
    public static Vector128<byte> SquareRootScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.SquareRoot(FloatLanes.Low32(b), ref status));

    [MicroOpMethod(MicroOpCode.FloatSqrt64)]
    public static Vector128<byte> SquareRoot64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.Each(&Float64.SquareRoot, b, ref status);

    [MicroOpMethod(MicroOpCode.FloatSqrtScalar64)]
    public static Vector128<byte> SquareRootScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.SquareRoot(FloatLanes.Low64(b), ref status));
}
