using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>SHA-256 (FIPS 180) in the pieces that the SHA instructions do. .NET has no intrinsics for them.</summary>
public static class Sha256
{
    /// <summary>SHA256RNDS2: two rounds. A holds c, d, g, h and B a, b, e, f from element 3 down; elements 0 and 1 of C are message plus constant.</summary>
    [MicroOpMethod(MicroOpCode.Sha256Rounds)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Rounds(Vector128<byte> a, Vector128<byte> b, Vector128<byte> c, int imm)
    {
        // The eight words in 64-bit registers, two and two: what is taken out of vectors costs most here.
        ulong cd = a.AsUInt64()[1], gh = a.AsUInt64()[0], ab = b.AsUInt64()[1], ef = b.AsUInt64()[0], words = c.AsUInt64()[0];
        uint sa = (uint)(ab >> 32), sb = (uint)ab, sc = (uint)(cd >> 32), sd = (uint)cd;
        uint se = (uint)(ef >> 32), sf = (uint)ef, sg = (uint)(gh >> 32), sh = (uint)gh;

        uint first = sh + (uint)words + Choose(se, sf, sg) + UpperSigma1(se);
        uint e1 = sd + first;
        uint a1 = first + Majority(sa, sb, sc) + UpperSigma0(sa);

        uint second = sg + (uint)(words >> 32) + Choose(e1, se, sf) + UpperSigma1(e1);
        uint e2 = sc + second;
        uint a2 = second + Majority(a1, sa, sb) + UpperSigma0(a1);
        return Vector128.Create(((ulong)e2 << 32) | e1, ((ulong)a2 << 32) | a1).AsByte();
    }

    /// <summary>SHA256MSG1: each word of A plus sigma0 of the following one, the fifth being element 0 of B.</summary>
    [MicroOpMethod(MicroOpCode.Sha256Message1)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Message1(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> next = Vector128.Shuffle(a.AsUInt32().WithElement(0, b.AsUInt32().ToScalar()), Vector128.Create(1u, 2, 3, 0));
        Vector128<uint> sigma = ((next >> 7) | (next << 25)) ^ ((next >> 18) | (next << 14)) ^ (next >> 3);
        return (a.AsUInt32() + sigma).AsByte();
    }

    /// <summary>SHA256MSG2: sigma1 of the words two before is added, those of B first and then those found here.</summary>
    [MicroOpMethod(MicroOpCode.Sha256Message2)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Message2(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        ulong last = b.AsUInt64()[1];
        ulong low = a.AsUInt64()[0], high = a.AsUInt64()[1];
        uint w0 = (uint)low + LowerSigma1((uint)last);
        uint w1 = (uint)(low >> 32) + LowerSigma1((uint)(last >> 32));
        uint w2 = (uint)high + LowerSigma1(w0);
        uint w3 = (uint)(high >> 32) + LowerSigma1(w1);
        return Vector128.Create(((ulong)w1 << 32) | w0, ((ulong)w3 << 32) | w2).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Choose(uint x, uint y, uint z) => ((y ^ z) & x) ^ z;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Majority(uint x, uint y, uint z) => ((x | y) & z) | (x & y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint UpperSigma0(uint x) => BitOperations.RotateRight(x, 2) ^ BitOperations.RotateRight(x, 13) ^ BitOperations.RotateRight(x, 22);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint UpperSigma1(uint x) => BitOperations.RotateRight(x, 6) ^ BitOperations.RotateRight(x, 11) ^ BitOperations.RotateRight(x, 25);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint LowerSigma1(uint x) => BitOperations.RotateRight(x, 17) ^ BitOperations.RotateRight(x, 19) ^ (x >> 10);
}
