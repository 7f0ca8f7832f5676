using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>ROUNDPS and its kin: to whole numbers in the same format.</summary>
public static unsafe class PackedFloatRounding
{
    [MicroOpMethod(MicroOpCode.FloatRound32)]
    public static Vector128<byte> Round32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint* x = (uint*)&b;
        for (int i = 0; i < 4; i++)
            x[i] = Float32.RoundToIntegral(x[i], Direction(imm, status), (imm & 8) != 0, ref status);
        return b;
    }

    [MicroOpMethod(MicroOpCode.FloatRoundScalar32)]
    public static Vector128<byte> RoundScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float32.RoundToIntegral(FloatLanes.Low32(b), Direction(imm, status), (imm & 8) != 0, ref status));

    [MicroOpMethod(MicroOpCode.FloatRound64)]
    public static Vector128<byte> Round64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        ulong* x = (ulong*)&b;
        for (int i = 0; i < 2; i++)
            x[i] = Float64.RoundToIntegral(x[i], Direction(imm, status), (imm & 8) != 0, ref status);
        return b;
    }

    [MicroOpMethod(MicroOpCode.FloatRoundScalar64)]
    public static Vector128<byte> RoundScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Float64.RoundToIntegral(FloatLanes.Low64(b), Direction(imm, status), (imm & 8) != 0, ref status));

    /// <summary>Bits 0-1 of an immediate, or MXCSR's direction if bit 2 is set.</summary>
    internal static FloatRounding Direction(int imm, in FloatStatus status) => (imm & 4) != 0 ? status.Rounding : (FloatRounding)(imm & 3);
}
