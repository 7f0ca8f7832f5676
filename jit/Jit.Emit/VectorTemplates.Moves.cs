using System.Runtime.Intrinsics.X86;
using C = Rebound.Jit.Ir.MicroOpCode;

namespace Rebound.Jit.Emit;

/// <content>Moves, packing, shuffles, bits of signs, and cryptography.</content>
internal static partial class VectorTemplates
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddMoves(Rows rows)
    {
        Type sse = typeof(Sse), sse2 = typeof(Sse2), ssse3 = typeof(Ssse3), sse41 = typeof(Sse41), avx = typeof(Avx), avx2 = typeof(Avx2);

        // Packing and interleaving
        rows.Add(C.PackedPackSigned16, sse2, avx2, nameof(Sse2.PackSignedSaturate), "ab", typeof(short));
        rows.Add(C.PackedPackSigned32, sse2, avx2, nameof(Sse2.PackSignedSaturate), "ab", typeof(int));
        rows.Add(C.PackedPackUnsigned16, sse2, avx2, nameof(Sse2.PackUnsignedSaturate), "ab", typeof(short));
        rows.Add(C.PackedPackUnsigned32, sse41, avx2, nameof(Sse41.PackUnsignedSaturate), "ab", typeof(int));
        rows.Add(C.PackedInterleaveLow8, sse2, avx2, nameof(Sse2.UnpackLow), "ab", typeof(byte));
        rows.Add(C.PackedInterleaveLow16, sse2, avx2, nameof(Sse2.UnpackLow), "ab", typeof(short));
        rows.Add(C.PackedInterleaveLow32, sse2, avx2, nameof(Sse2.UnpackLow), "ab", typeof(int));
        rows.Add(C.PackedInterleaveLow64, sse2, avx2, nameof(Sse2.UnpackLow), "ab", typeof(long));
        rows.Add(C.PackedInterleaveHigh8, sse2, avx2, nameof(Sse2.UnpackHigh), "ab", typeof(byte));
        rows.Add(C.PackedInterleaveHigh16, sse2, avx2, nameof(Sse2.UnpackHigh), "ab", typeof(short));
        rows.Add(C.PackedInterleaveHigh32, sse2, avx2, nameof(Sse2.UnpackHigh), "ab", typeof(int));
        rows.Add(C.PackedInterleaveHigh64, sse2, avx2, nameof(Sse2.UnpackHigh), "ab", typeof(long));
        rows.Add(C.VectorMergeLow32, sse, null, nameof(Sse.MoveScalar), "ab", typeof(float));
        rows.Add(C.VectorMergeLow64, sse2, null, nameof(Sse2.MoveScalar), "ab", typeof(double));
        rows.Add(C.VectorMergeHigh64, sse2, avx, nameof(Sse2.UnpackLow), "ab", typeof(double));
        rows.Add(C.VectorHighToLow64, sse, null, nameof(Sse.MoveHighToLow), "ab", typeof(float));

        // Widening
        rows.Add(C.PackedZeroExtend8To16, sse41, null, nameof(Sse41.ConvertToVector128Int16), "a", typeof(byte));
        rows.Add(C.PackedZeroExtend8To32, sse41, null, nameof(Sse41.ConvertToVector128Int32), "a", typeof(byte));
        rows.Add(C.PackedZeroExtend8To64, sse41, null, nameof(Sse41.ConvertToVector128Int64), "a", typeof(byte));
        rows.Add(C.PackedZeroExtend16To32, sse41, null, nameof(Sse41.ConvertToVector128Int32), "a", typeof(ushort));
        rows.Add(C.PackedZeroExtend16To64, sse41, null, nameof(Sse41.ConvertToVector128Int64), "a", typeof(ushort));
        rows.Add(C.PackedZeroExtend32To64, sse41, null, nameof(Sse41.ConvertToVector128Int64), "a", typeof(uint));
        rows.Add(C.PackedSignExtend8To16, sse41, null, nameof(Sse41.ConvertToVector128Int16), "a", typeof(sbyte));
        rows.Add(C.PackedSignExtend8To32, sse41, null, nameof(Sse41.ConvertToVector128Int32), "a", typeof(sbyte));
        rows.Add(C.PackedSignExtend8To64, sse41, null, nameof(Sse41.ConvertToVector128Int64), "a", typeof(sbyte));
        rows.Add(C.PackedSignExtend16To32, sse41, null, nameof(Sse41.ConvertToVector128Int32), "a", typeof(short));
        rows.Add(C.PackedSignExtend16To64, sse41, null, nameof(Sse41.ConvertToVector128Int64), "a", typeof(short));
        rows.Add(C.PackedSignExtend32To64, sse41, null, nameof(Sse41.ConvertToVector128Int64), "a", typeof(int));
        rows.AddWide(C.WideZeroExtend8To16, avx2, nameof(Avx2.ConvertToVector256Int16), "A", typeof(byte));
        rows.AddWide(C.WideZeroExtend8To32, avx2, nameof(Avx2.ConvertToVector256Int32), "A", typeof(byte));
        rows.AddWide(C.WideZeroExtend8To64, avx2, nameof(Avx2.ConvertToVector256Int64), "A", typeof(byte));
        rows.AddWide(C.WideZeroExtend16To32, avx2, nameof(Avx2.ConvertToVector256Int32), "A", typeof(ushort));
        rows.AddWide(C.WideZeroExtend16To64, avx2, nameof(Avx2.ConvertToVector256Int64), "A", typeof(ushort));
        rows.AddWide(C.WideZeroExtend32To64, avx2, nameof(Avx2.ConvertToVector256Int64), "A", typeof(uint));
        rows.AddWide(C.WideSignExtend8To16, avx2, nameof(Avx2.ConvertToVector256Int16), "A", typeof(sbyte));
        rows.AddWide(C.WideSignExtend8To32, avx2, nameof(Avx2.ConvertToVector256Int32), "A", typeof(sbyte));
        rows.AddWide(C.WideSignExtend8To64, avx2, nameof(Avx2.ConvertToVector256Int64), "A", typeof(sbyte));
        rows.AddWide(C.WideSignExtend16To32, avx2, nameof(Avx2.ConvertToVector256Int32), "A", typeof(short));
        rows.AddWide(C.WideSignExtend16To64, avx2, nameof(Avx2.ConvertToVector256Int64), "A", typeof(short));
        rows.AddWide(C.WideSignExtend32To64, avx2, nameof(Avx2.ConvertToVector256Int64), "A", typeof(int));

        // Shuffles, permutations and blends
        rows.Add(C.PackedShuffle32, sse2, avx2, nameof(Sse2.Shuffle), "ai", typeof(int));
        rows.Add(C.PackedShuffleLow16, sse2, avx2, nameof(Sse2.ShuffleLow), "ai", typeof(short));
        rows.Add(C.PackedShuffleHigh16, sse2, avx2, nameof(Sse2.ShuffleHigh), "ai", typeof(short));
        rows.Add(C.PackedShufflePair32, sse, avx, nameof(Sse.Shuffle), "abi", typeof(float));
        rows.Add(C.PackedShufflePair64, sse2, avx, nameof(Sse2.Shuffle), "abi", 2, typeof(double));
        rows.Add(C.PackedShuffleBytes, ssse3, avx2, nameof(Ssse3.Shuffle), "ab", typeof(byte));
        rows.Add(C.PackedPermuteBy32, avx, avx, nameof(Avx.PermuteVar), "ab", typeof(float), typeof(int));
        rows.Add(C.PackedPermuteBy64, avx, avx, nameof(Avx.PermuteVar), "ab", typeof(double), typeof(long));
        rows.Add(C.PackedBlend16, sse41, avx2, nameof(Sse41.Blend), "abi", typeof(short));
        rows.Add(C.PackedBlend32, sse41, avx, nameof(Sse41.Blend), "abi", 4, typeof(float));
        rows.Add(C.PackedBlend64, sse41, avx, nameof(Sse41.Blend), "abi", 2, typeof(double));
        rows.Add(C.PackedBlendBySign8, sse41, avx2, nameof(Sse41.BlendVariable), "abc", typeof(byte));
        rows.Add(C.PackedBlendBySign32, sse41, avx, nameof(Sse41.BlendVariable), "abc", typeof(float));
        rows.Add(C.PackedBlendBySign64, sse41, avx, nameof(Sse41.BlendVariable), "abc", typeof(double));
        rows.Add(C.PackedBroadcast8, avx2, null, nameof(Avx2.BroadcastScalarToVector128), "a", typeof(byte));
        rows.Add(C.PackedBroadcast16, avx2, null, nameof(Avx2.BroadcastScalarToVector128), "a", typeof(ushort));
        rows.Add(C.PackedInsertScalar32, sse41, null, nameof(Sse41.Insert), "abi", typeof(float));
        rows.Add(C.PackedBlockDifferences, sse41, avx2, nameof(Sse41.MultipleSumAbsoluteDifferences), "abi", 3, typeof(byte));
        rows.Add(C.PackedMinimumPosition16, sse41, null, nameof(Sse41.MinHorizontal), "a", typeof(ushort));
        rows.AddWide(C.WideBroadcast8, avx2, nameof(Avx2.BroadcastScalarToVector256), "A", typeof(byte));
        rows.AddWide(C.WideBroadcast16, avx2, nameof(Avx2.BroadcastScalarToVector256), "A", typeof(ushort));
        rows.AddWide(C.WideBroadcast32, avx2, nameof(Avx2.BroadcastScalarToVector256), "A", typeof(uint));
        rows.AddWide(C.WideBroadcast64, avx2, nameof(Avx2.BroadcastScalarToVector256), "A", typeof(ulong));
        rows.AddOne(C.VectorRepeatLow128, avx2, nameof(Avx2.Permute2x128), "aai", 32, 32, 0, typeof(byte));
        rows.AddWide(C.WideInsert128, avx2, nameof(Avx2.InsertVector128), "aBi", typeof(byte));
        rows.AddWide(C.WideExtract128, avx2, nameof(Avx2.ExtractVector128), "ai", typeof(byte));
        rows.AddWide(C.WidePermute128, avx2, nameof(Avx2.Permute2x128), "abi", typeof(byte));
        rows.AddWide(C.WidePermute64, avx2, nameof(Avx2.Permute4x64), "ai", typeof(long));
        rows.AddWide(C.WidePermute32, avx2, nameof(Avx2.PermuteVar8x32), "ab", typeof(int));

        // Signs
        rows.AddToValue(C.VectorSigns8, sse2, nameof(Sse2.MoveMask), "a", 16, typeof(byte));
        rows.AddToValue(C.VectorSigns32, sse, nameof(Sse.MoveMask), "a", 16, typeof(float));
        rows.AddToValue(C.VectorSigns64, sse2, nameof(Sse2.MoveMask), "a", 16, typeof(double));
        rows.AddToValue(C.WideSigns8, avx2, nameof(Avx2.MoveMask), "a", 32, typeof(byte));
        rows.AddToValue(C.WideSigns32, avx, nameof(Avx.MoveMask), "a", 32, typeof(float));
        rows.AddToValue(C.WideSigns64, avx, nameof(Avx.MoveMask), "a", 32, typeof(double));

        // Cryptography: .NET has AES of 16 bytes only
        Type aes = typeof(Aes), carryless = typeof(Pclmulqdq), gfni = typeof(Gfni);
        rows.Add(C.AesEncrypt, aes, null, nameof(Aes.Encrypt), "ab", typeof(byte));
        rows.Add(C.AesEncryptLast, aes, null, nameof(Aes.EncryptLast), "ab", typeof(byte));
        rows.Add(C.AesDecrypt, aes, null, nameof(Aes.Decrypt), "ab", typeof(byte));
        rows.Add(C.AesDecryptLast, aes, null, nameof(Aes.DecryptLast), "ab", typeof(byte));
        rows.Add(C.AesInverseMixColumns, aes, null, nameof(Aes.InverseMixColumns), "a", typeof(byte));
        rows.Add(C.AesKeygenAssist, aes, null, nameof(Aes.KeygenAssist), "ai", typeof(byte));
        rows.Add(C.CarrylessMultiply, carryless, typeof(Pclmulqdq.V256), nameof(Pclmulqdq.CarrylessMultiply), "abi", typeof(ulong));
        rows.Add(C.GaloisAffine, gfni, typeof(Gfni.V256), nameof(Gfni.GaloisFieldAffineTransform), "abi", typeof(byte));
        rows.Add(C.GaloisAffineInverse, gfni, typeof(Gfni.V256), nameof(Gfni.GaloisFieldAffineTransformInverse), "abi", typeof(byte));
        rows.Add(C.GaloisMultiply, gfni, typeof(Gfni.V256), nameof(Gfni.GaloisFieldMultiply), "ab", typeof(byte));
    }
#pragma warning restore format
}
