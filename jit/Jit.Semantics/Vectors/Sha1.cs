using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>SHA-1 (FIPS 180) in the pieces that the SHA instructions do. .NET has no intrinsics for them. Word 0 of the algorithm is in element 3.</summary>
public static class Sha1
{
    /// <summary>SHA1RNDS4: four rounds on A (a, b, c, d from element 3 down) with messages in B, the first with e already added; Imm[1:0] selects function and constant.</summary>
    [MicroOpMethod(MicroOpCode.Sha1Rounds)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Rounds(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> state = a.AsUInt32();
        Vector128<uint> words = b.AsUInt32();
        uint x = state[3], y = state[2], z = state[1], w = state[0];
        uint constant = (imm & 3) switch { 0 => 0x5a827999, 1 => 0x6ed9eba1, 2 => 0x8f1bbcdc, _ => 0xca62c1d6 };
        uint v = 0;
        for (int i = 3; i >= 0; i--)
        {
            uint mixed = (imm & 3) switch { 0 => (y & z) ^ (~y & w), 2 => (y & z) ^ (y & w) ^ (z & w), _ => y ^ z ^ w };
            uint next = mixed + BitOperations.RotateLeft(x, 5) + words[i] + constant + v;
            (x, y, z, w, v) = (next, x, BitOperations.RotateLeft(y, 30), z, w);
        }

        return Vector128.Create(w, z, y, x).AsByte();
    }

    /// <summary>SHA1NEXTE: e of the next rounds, from a in element 3 of A, added to element 3 of B.</summary>
    [MicroOpMethod(MicroOpCode.Sha1NextE)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> NextE(Vector128<byte> a, Vector128<byte> b, int imm) =>
        b.AsUInt32().WithElement(3, b.AsUInt32()[3] + BitOperations.RotateLeft(a.AsUInt32()[3], 30)).AsByte();

    [MicroOpMethod(MicroOpCode.Sha1Message1)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Message1(Vector128<byte> a, Vector128<byte> b, int imm) =>
        a ^ Vector128.Create(b.AsUInt64()[1], a.AsUInt64()[0]).AsByte();

    [MicroOpMethod(MicroOpCode.Sha1Message2)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Message2(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<uint> x = a.AsUInt32();
        Vector128<uint> y = b.AsUInt32();
        uint first = BitOperations.RotateLeft(x[3] ^ y[2], 1);
        return Vector128.Create(
            BitOperations.RotateLeft(x[0] ^ first, 1), BitOperations.RotateLeft(x[1] ^ y[0], 1), BitOperations.RotateLeft(x[2] ^ y[1], 1), first).AsByte();
    }
}
