using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>CMPPS and its kin, COMISS and its kin.</summary>
public static unsafe class PackedFloatComparisons
{
    /// <summary>For each predicate the relations (bit numbers: <see cref="FloatRelation"/>) in which it holds; 16 to 31 repeat them.</summary>
    private static ReadOnlySpan<byte> Relations => [2, 1, 3, 8, 13, 14, 12, 7, 10, 9, 11, 0, 5, 6, 4, 15];

    /// <summary>Predicates 0 to 15 for which any NaN is invalid; 16 to 31 do the opposite.</summary>
    private const int Signaling = 0x6666;

    [MicroOpMethod(MicroOpCode.FloatCompare32)]
    public static Vector128<byte> Compare32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        uint* x = (uint*)&a;
        uint* y = (uint*)&b;
        for (int i = 0; i < 4; i++)
            x[i] = Holds32(x[i], y[i], imm, ref status);
        return a;
    }

    [MicroOpMethod(MicroOpCode.FloatCompareScalar32)]
    public static Vector128<byte> CompareScalar32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Holds32(FloatLanes.Low32(a), FloatLanes.Low32(b), imm, ref status));

    [MicroOpMethod(MicroOpCode.FloatCompareFlags32)]
    public static ulong CompareFlags32(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Flags(Float32.Compare(FloatLanes.Low32(a), FloatLanes.Low32(b), imm == 0, ref status));

    private static uint Holds32(uint a, uint b, int predicate, ref FloatStatus status) =>
        (Relations[predicate & 15] >> (int)Float32.Compare(a, b, Signals(predicate), ref status) & 1) != 0 ? uint.MaxValue : 0;

    [MicroOpMethod(MicroOpCode.FloatCompare64)]
    public static Vector128<byte> Compare64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm)
    {
        ulong* x = (ulong*)&a;
        ulong* y = (ulong*)&b;
        for (int i = 0; i < 2; i++)
            x[i] = Holds64(x[i], y[i], imm, ref status);
        return a;
    }

    [MicroOpMethod(MicroOpCode.FloatCompareScalar64)]
    public static Vector128<byte> CompareScalar64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        FloatLanes.WithLow(a, Holds64(FloatLanes.Low64(a), FloatLanes.Low64(b), imm, ref status));

    [MicroOpMethod(MicroOpCode.FloatCompareFlags64)]
    public static ulong CompareFlags64(ref FloatStatus status, Vector128<byte> a, Vector128<byte> b, int imm) =>
        Flags(Float64.Compare(FloatLanes.Low64(a), FloatLanes.Low64(b), imm == 0, ref status));

    private static ulong Holds64(ulong a, ulong b, int predicate, ref FloatStatus status) =>
        (Relations[predicate & 15] >> (int)Float64.Compare(a, b, Signals(predicate), ref status) & 1) != 0 ? ulong.MaxValue : 0;

    private static bool Signals(int predicate) => ((Signaling >> (predicate & 15) ^ predicate >> 4) & 1) != 0;

    private static ulong Flags(FloatRelation relation) => relation switch
    {
        FloatRelation.Less => 1,
        FloatRelation.Equal => 2,
        FloatRelation.Greater => 0,
        _ => 3,
    };
}
