using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Rebound.Jit.Ir;

// Imm is a constant of the instruction: where emitted code inlines these methods, the intrinsic gets its immediate.
#pragma warning disable CA1857

namespace Rebound.Jit.Semantics;

/// <summary>SSE4.1's two searching instructions: MPSADBW (where does a block fit best) and PHMINPOSUW (which word is the least).</summary>
public static class PackedSearches
{
    /// <summary>MPSADBW: Imm[1:0] selects the block of four bytes of B, Imm[2] where in A the first of the eight overlapping blocks begins (byte 0 or 4).</summary>
    [MicroOpMethod(MicroOpCode.PackedBlockDifferences)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> BlockDifferences(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse41.IsSupported ? Sse41.MultipleSumAbsoluteDifferences(a, b, (byte)imm).AsByte() : BlockDifferencesPortable(a, b, imm);

    public static Vector128<byte> BlockDifferencesPortable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ushort> sums = default;
        int block = (imm & 3) * 4;
        int start = imm & 4;
        for (int i = 0; i < 8; i++)
        {
            int sum = 0;
            for (int k = 0; k < 4; k++)
                sum += Math.Abs(a[start + i + k] - b[block + k]);
            sums = sums.WithElement(i, (ushort)sum);
        }

        return sums.AsByte();
    }

    /// <summary>PHMINPOSUW: element 0 is the least word, element 1 the index of its first occurrence, the rest zero.</summary>
    [MicroOpMethod(MicroOpCode.PackedMinimumPosition16)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> MinimumPosition16(Vector128<byte> a, Vector128<byte> b, int imm) =>
        Sse41.IsSupported ? Sse41.MinHorizontal(a.AsUInt16()).AsByte() : MinimumPosition16Portable(a, b, imm);

    public static Vector128<byte> MinimumPosition16Portable(Vector128<byte> a, Vector128<byte> b, int imm)
    {
        Vector128<ushort> words = a.AsUInt16();
        int best = 0;
        for (int i = 1; i < 8; i++)
        {
            if (words[i] < words[best])
                best = i;
        }

        return Vector128.CreateScalar(words[best] | ((uint)best << 16)).AsByte();
    }
}
