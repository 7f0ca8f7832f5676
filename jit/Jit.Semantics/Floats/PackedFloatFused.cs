using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>FMA: products and sums rounded once.</summary>
public static unsafe class PackedFloatFused
{
    [MicroOpMethod(MicroOpCode.FloatMultiplyAdd32)]
    public static Vector128<byte> MultiplyAdd32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each32(ref status, a, b, c, false, false, false);

    [MicroOpMethod(MicroOpCode.FloatMultiplyAddScalar32)]
    public static Vector128<byte> MultiplyAddScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low32(a), FloatLanes.Low32(b), FloatLanes.Low32(c), false, false, ref status));

    [MicroOpMethod(MicroOpCode.FloatMultiplyAdd64)]
    public static Vector128<byte> MultiplyAdd64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each64(ref status, a, b, c, false, false, false);

    [MicroOpMethod(MicroOpCode.FloatMultiplyAddScalar64)]
    public static Vector128<byte> MultiplyAddScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low64(a), FloatLanes.Low64(b), FloatLanes.Low64(c), false, false, ref status));

    [MicroOpMethod(MicroOpCode.FloatMultiplySub32)]
    public static Vector128<byte> MultiplySub32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each32(ref status, a, b, c, false, true, true);

    [MicroOpMethod(MicroOpCode.FloatMultiplySubScalar32)]
    public static Vector128<byte> MultiplySubScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low32(a), FloatLanes.Low32(b), FloatLanes.Low32(c), false, true, ref status));

    [MicroOpMethod(MicroOpCode.FloatMultiplySub64)]
    public static Vector128<byte> MultiplySub64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each64(ref status, a, b, c, false, true, true);

    [MicroOpMethod(MicroOpCode.FloatMultiplySubScalar64)]
    public static Vector128<byte> MultiplySubScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low64(a), FloatLanes.Low64(b), FloatLanes.Low64(c), false, true, ref status));

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplyAdd32)]
    public static Vector128<byte> NegatedMultiplyAdd32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each32(ref status, a, b, c, true, false, false);

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplyAddScalar32)]
    public static Vector128<byte> NegatedMultiplyAddScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low32(a), FloatLanes.Low32(b), FloatLanes.Low32(c), true, false, ref status));

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplyAdd64)]
    public static Vector128<byte> NegatedMultiplyAdd64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each64(ref status, a, b, c, true, false, false);

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplyAddScalar64)]
    public static Vector128<byte> NegatedMultiplyAddScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low64(a), FloatLanes.Low64(b), FloatLanes.Low64(c), true, false, ref status));

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplySub32)]
    public static Vector128<byte> NegatedMultiplySub32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each32(ref status, a, b, c, true, true, true);

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplySubScalar32)]
    public static Vector128<byte> NegatedMultiplySubScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low32(a), FloatLanes.Low32(b), FloatLanes.Low32(c), true, true, ref status));

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplySub64)]
    public static Vector128<byte> NegatedMultiplySub64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each64(ref status, a, b, c, true, true, true);

    [MicroOpMethod(MicroOpCode.FloatNegatedMultiplySubScalar64)]
    public static Vector128<byte> NegatedMultiplySubScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        FloatLanes.WithLow(Upper(a, b, c, imm), One(FloatLanes.Low64(a), FloatLanes.Low64(b), FloatLanes.Low64(c), true, true, ref status));

    [MicroOpMethod(MicroOpCode.FloatMultiplyAddSub32)]
    public static Vector128<byte> MultiplyAddSub32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each32(ref status, a, b, c, false, true, false);

    [MicroOpMethod(MicroOpCode.FloatMultiplyAddSub64)]
    public static Vector128<byte> MultiplyAddSub64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each64(ref status, a, b, c, false, true, false);

    [MicroOpMethod(MicroOpCode.FloatMultiplySubAdd32)]
    public static Vector128<byte> MultiplySubAdd32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each32(ref status, a, b, c, false, false, true);

    [MicroOpMethod(MicroOpCode.FloatMultiplySubAdd64)]
    public static Vector128<byte> MultiplySubAdd64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) =>
        Each64(ref status, a, b, c, false, false, true);

    /// <summary>a * b + c with the signs of the product, of the even and of the odd elements of c changed.</summary>
    private static Vector128<byte> Each32(
        ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, bool negateProduct, bool subtractEven, bool subtractOdd)
    {
        uint* x = (uint*)&a;
        uint* y = (uint*)&b;
        uint* z = (uint*)&c;
        for (int i = 0; i < 4; i++)
            x[i] = One(x[i], y[i], z[i], negateProduct, (i & 1) == 0 ? subtractEven : subtractOdd, ref status);
        return a;
    }

    /// <summary>a * b + c with the signs of the product, of the even and of the odd elements of c changed.</summary>
    private static Vector128<byte> Each64(
        ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, bool negateProduct, bool subtractEven, bool subtractOdd)
    {
        ulong* x = (ulong*)&a;
        ulong* y = (ulong*)&b;
        ulong* z = (ulong*)&c;
        for (int i = 0; i < 2; i++)
            x[i] = One(x[i], y[i], z[i], negateProduct, (i & 1) == 0 ? subtractEven : subtractOdd, ref status);
        return a;
    }

    // NaNs keep their sign.
    private static uint One(uint a, uint b, uint c, bool negateProduct, bool subtract, ref FloatStatus status) =>
        Float32.FusedMultiplyAdd(
            negateProduct && !Float32.IsNaN(a) ? a ^ 0x8000_0000 : a, b, subtract && !Float32.IsNaN(c) ? c ^ 0x8000_0000 : c, ref status);

    // NaNs keep their sign.
    private static ulong One(ulong a, ulong b, ulong c, bool negateProduct, bool subtract, ref FloatStatus status) =>
        Float64.FusedMultiplyAdd(
            negateProduct && !Float64.IsNaN(a) ? a ^ 0x8000_0000_0000_0000 : a, b, subtract && !Float64.IsNaN(c) ? c ^ 0x8000_0000_0000_0000 : c, ref status);

    /// <summary>The operand whose upper elements a scalar operation keeps.</summary>
    private static Vector128<byte> Upper(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm) => imm == 0 ? a : imm == 1 ? b : c;
}
