using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>AVX and AVX2 beyond the VEX forms of SSE, SSE's rarer instructions, and AES, PCLMULQDQ, SHA and GFNI.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddAvx(Rows rows)
    {
        rows.Add(Mnemonic.Vldmxcsr,          l => l.Ldmxcsr());
        rows.Add(Mnemonic.Vstmxcsr,          l => l.Stmxcsr());
        rows.Add(Mnemonic.Vzeroupper,        l => l.ZeroVectors(MicroOpCode.VectorZeroUppers));
        rows.Add(Mnemonic.Vzeroall,          l => l.ZeroVectors(MicroOpCode.VectorZeroAll));

        // Broadcasts and halves
        rows.Add(Mnemonic.Vbroadcastss,      l => l.Broadcast(MicroOpCode.PackedShuffle32, MicroOpCode.WideBroadcast32));
        rows.Add(Mnemonic.Vbroadcastsd,      l => l.Broadcast(MicroOpCode.VectorMergeHigh64, MicroOpCode.WideBroadcast64));
        rows.Add(Mnemonic.Vpbroadcastb,      l => l.Broadcast(MicroOpCode.PackedBroadcast8, MicroOpCode.WideBroadcast8));
        rows.Add(Mnemonic.Vpbroadcastw,      l => l.Broadcast(MicroOpCode.PackedBroadcast16, MicroOpCode.WideBroadcast16));
        rows.Add(Mnemonic.Vpbroadcastd,      l => l.Broadcast(MicroOpCode.PackedShuffle32, MicroOpCode.WideBroadcast32));
        rows.Add(Mnemonic.Vpbroadcastq,      l => l.Broadcast(MicroOpCode.VectorMergeHigh64, MicroOpCode.WideBroadcast64));
        rows.Add(Mnemonic.Vbroadcastf128,    l => l.Broadcast(MicroOpCode.VectorMove, MicroOpCode.VectorRepeatLow128));
        rows.Add(Mnemonic.Vbroadcasti128,    l => l.Broadcast(MicroOpCode.VectorMove, MicroOpCode.VectorRepeatLow128));
        rows.Add(Mnemonic.Vinsertf128,       l => l.InsertHalf());
        rows.Add(Mnemonic.Vinserti128,       l => l.InsertHalf());
        rows.Add(Mnemonic.Vextractf128,      l => l.ExtractHalf());
        rows.Add(Mnemonic.Vextracti128,      l => l.ExtractHalf());

        // Permutations
        rows.Add(Mnemonic.Vperm2f128,        l => l.PermuteHalves());
        rows.Add(Mnemonic.Vperm2i128,        l => l.PermuteHalves());
        rows.Add(Mnemonic.Vpermq,            l => l.PermuteQuadwords());
        rows.Add(Mnemonic.Vpermpd,           l => l.PermuteQuadwords());
        rows.Add(Mnemonic.Vpermd,            l => l.PermuteDoublewords());
        rows.Add(Mnemonic.Vpermps,           l => l.PermuteDoublewords());
        rows.Add(Mnemonic.Vpermilps,         l => l.PermuteWithinHalves(MicroOpCode.PackedPermuteBy32, MicroOpCode.PackedShuffle32, 0));
        rows.Add(Mnemonic.Vpermilpd,         l => l.PermuteWithinHalves(MicroOpCode.PackedPermuteBy64, MicroOpCode.PackedShufflePair64, 2));

        // Blends and insertions
        rows.AddWithVex(Mnemonic.Blendps,    l => l.PackedImmediate(MicroOpCode.PackedBlend32, 4));
        rows.AddWithVex(Mnemonic.Blendpd,    l => l.PackedImmediate(MicroOpCode.PackedBlend64, 2));
        rows.Add(Mnemonic.Vpblendd,          l => l.PackedImmediate(MicroOpCode.PackedBlend32, 4));
        rows.AddWithVex(Mnemonic.Blendvps,   l => l.BlendBySign(MicroOpCode.PackedBlendBySign32));
        rows.AddWithVex(Mnemonic.Blendvpd,   l => l.BlendBySign(MicroOpCode.PackedBlendBySign64));
        rows.AddWithVex(Mnemonic.Insertps,   l => l.InsertScalar());
        rows.Add(Mnemonic.Vtestps,           l => l.TestVectors(MicroOpCode.VectorTestSigns32, MicroOpCode.WideTestSigns32));
        rows.Add(Mnemonic.Vtestpd,           l => l.TestVectors(MicroOpCode.VectorTestSigns64, MicroOpCode.WideTestSigns64));

        // Shifts by a vector of counts
        rows.Add(Mnemonic.Vpsllvd,           l => l.Packed(MicroOpCode.PackedShiftLeftBy32));
        rows.Add(Mnemonic.Vpsllvq,           l => l.Packed(MicroOpCode.PackedShiftLeftBy64));
        rows.Add(Mnemonic.Vpsrlvd,           l => l.Packed(MicroOpCode.PackedShiftRightBy32));
        rows.Add(Mnemonic.Vpsrlvq,           l => l.Packed(MicroOpCode.PackedShiftRightBy64));
        rows.Add(Mnemonic.Vpsravd,           l => l.Packed(MicroOpCode.PackedShiftArithmeticBy32));

        // Masked moves and gathers
        rows.Add(Mnemonic.Vmaskmovps,        l => l.MaskedMove(4));
        rows.Add(Mnemonic.Vmaskmovpd,        l => l.MaskedMove(8));
        rows.Add(Mnemonic.Vpmaskmovd,        l => l.MaskedMove(4));
        rows.Add(Mnemonic.Vpmaskmovq,        l => l.MaskedMove(8));
        rows.Add(Mnemonic.Vgatherdps,        l => l.Gather(4, 4));
        rows.Add(Mnemonic.Vgatherqps,        l => l.Gather(4, 8));
        rows.Add(Mnemonic.Vgatherdpd,        l => l.Gather(8, 4));
        rows.Add(Mnemonic.Vgatherqpd,        l => l.Gather(8, 8));
        rows.Add(Mnemonic.Vpgatherdd,        l => l.Gather(4, 4));
        rows.Add(Mnemonic.Vpgatherqd,        l => l.Gather(4, 8));
        rows.Add(Mnemonic.Vpgatherdq,        l => l.Gather(8, 4));
        rows.Add(Mnemonic.Vpgatherqq,        l => l.Gather(8, 8));

        // Searches
        rows.AddWithVex(Mnemonic.Mpsadbw,    l => l.PackedImmediate(MicroOpCode.PackedBlockDifferences, 3));
        rows.AddWithVex(Mnemonic.Phminposuw, l => l.PackedUnary(MicroOpCode.PackedMinimumPosition16));
        rows.AddWithVex(Mnemonic.Pcmpestri,  l => l.CompareStrings(MicroOpCode.CompareStringsIndex, CompareStringsAux.Explicit));
        rows.AddWithVex(Mnemonic.Pcmpestri64, l => l.CompareStrings(MicroOpCode.CompareStringsIndex, CompareStringsAux.Explicit | CompareStringsAux.Length64));
        rows.AddWithVex(Mnemonic.Pcmpestrm,  l => l.CompareStrings(MicroOpCode.CompareStringsMask, CompareStringsAux.Explicit));
        rows.AddWithVex(Mnemonic.Pcmpestrm64, l => l.CompareStrings(MicroOpCode.CompareStringsMask, CompareStringsAux.Explicit | CompareStringsAux.Length64));
        rows.AddWithVex(Mnemonic.Pcmpistri,  l => l.CompareStrings(MicroOpCode.CompareStringsIndex, 0));
        rows.AddWithVex(Mnemonic.Pcmpistrm,  l => l.CompareStrings(MicroOpCode.CompareStringsMask, 0));

        // Cryptography
        rows.AddWithVex(Mnemonic.Aesenc,     l => l.Packed(MicroOpCode.AesEncrypt));
        rows.AddWithVex(Mnemonic.Aesenclast, l => l.Packed(MicroOpCode.AesEncryptLast));
        rows.AddWithVex(Mnemonic.Aesdec,     l => l.Packed(MicroOpCode.AesDecrypt));
        rows.AddWithVex(Mnemonic.Aesdeclast, l => l.Packed(MicroOpCode.AesDecryptLast));
        rows.AddWithVex(Mnemonic.Aesimc,     l => l.PackedUnary(MicroOpCode.AesInverseMixColumns));
        rows.AddWithVex(Mnemonic.Aeskeygenassist, l => l.PackedUnaryImmediate(MicroOpCode.AesKeygenAssist));
        rows.AddWithVex(Mnemonic.Pclmulqdq,  l => l.PackedImmediate(MicroOpCode.CarrylessMultiply));
        rows.AddWithVex(Mnemonic.Gf2p8affineqb, l => l.PackedImmediate(MicroOpCode.GaloisAffine));
        rows.AddWithVex(Mnemonic.Gf2p8affineinvqb, l => l.PackedImmediate(MicroOpCode.GaloisAffineInverse));
        rows.AddWithVex(Mnemonic.Gf2p8mulb,  l => l.Packed(MicroOpCode.GaloisMultiply));
        rows.Add(Mnemonic.Sha1rnds4,         l => l.PackedImmediate(MicroOpCode.Sha1Rounds));
        rows.Add(Mnemonic.Sha1nexte,         l => l.Packed(MicroOpCode.Sha1NextE));
        rows.Add(Mnemonic.Sha1msg1,          l => l.Packed(MicroOpCode.Sha1Message1));
        rows.Add(Mnemonic.Sha1msg2,          l => l.Packed(MicroOpCode.Sha1Message2));
        rows.Add(Mnemonic.Sha256rnds2,       l => l.ShaRounds());
        rows.Add(Mnemonic.Sha256msg1,        l => l.Packed(MicroOpCode.Sha256Message1));
        rows.Add(Mnemonic.Sha256msg2,        l => l.Packed(MicroOpCode.Sha256Message2));
    }
#pragma warning restore format
}
