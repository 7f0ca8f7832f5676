using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>SSE to SSE4.2 and AVX as far as they move data or compute with integers.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddSse(Rows rows)
    {
        // Moves
        rows.AddWithVex(Mnemonic.Movaps,             l => l.MoveVector(aligned: true));
        rows.AddWithVex(Mnemonic.Movapd,             l => l.MoveVector(aligned: true));
        rows.AddWithVex(Mnemonic.Movdqa,             l => l.MoveVector(aligned: true));
        rows.AddWithVex(Mnemonic.Movntps,            l => l.MoveVector(aligned: true));
        rows.AddWithVex(Mnemonic.Movntpd,            l => l.MoveVector(aligned: true));
        rows.AddWithVex(Mnemonic.Movntdq,            l => l.MoveVector(aligned: true));
        rows.AddWithVex(Mnemonic.Movntdqa,           l => l.MoveVector(aligned: true));
        rows.AddWithVex(Mnemonic.Movups,             l => l.MoveVector(aligned: false));
        rows.AddWithVex(Mnemonic.Movupd,             l => l.MoveVector(aligned: false));
        rows.AddWithVex(Mnemonic.Movdqu,             l => l.MoveVector(aligned: false));
        rows.AddWithVex(Mnemonic.Lddqu,              l => l.MoveVector(aligned: false));
        rows.AddWithVex(Mnemonic.Maskmovdqu,         l => l.StoreBySign());
        rows.AddWithVex(Mnemonic.Movd,               l => l.MoveLowElement());
        rows.AddWithVex(Mnemonic.Movq,               l => l.MoveLowElement());
        rows.AddWithVex(Mnemonic.Movlps,             l => l.MoveLowHalf());
        rows.AddWithVex(Mnemonic.Movlpd,             l => l.MoveLowHalf());
        rows.AddWithVex(Mnemonic.Movhps,             l => l.MoveHighHalf());
        rows.AddWithVex(Mnemonic.Movhpd,             l => l.MoveHighHalf());
        rows.AddWithVex(Mnemonic.Movhlps,            l => l.Packed(MicroOpCode.VectorHighToLow64));
        rows.AddWithVex(Mnemonic.Movlhps,            l => l.Packed(MicroOpCode.VectorMergeHigh64));
        rows.AddWithVex(Mnemonic.Movss,              l => l.MoveScalar(MicroOpCode.VectorMergeLow32));
        rows.Add(Mnemonic.Vmovsd,             l => l.MoveScalar(MicroOpCode.VectorMergeLow64));
        rows.Add(Code.Movsd_xmm_xmmm64,   l => l.MoveScalar(MicroOpCode.VectorMergeLow64));
        rows.Add(Code.Movsd_xmmm64_xmm,   l => l.MoveScalar(MicroOpCode.VectorMergeLow64));
        rows.AddWithVex(Mnemonic.Movddup,            l => l.DuplicateLow());
        rows.AddWithVex(Mnemonic.Movsldup,           l => l.PackedUnary(MicroOpCode.PackedShuffle32, 0xa0));
        rows.AddWithVex(Mnemonic.Movshdup,           l => l.PackedUnary(MicroOpCode.PackedShuffle32, 0xf5));
        rows.AddWithVex(Mnemonic.Pinsrb,             l => l.InsertElement(MicroOpCode.VectorInsert8, 1));
        rows.AddWithVex(Mnemonic.Pinsrw,             l => l.InsertElement(MicroOpCode.VectorInsert16, 2));
        rows.AddWithVex(Mnemonic.Pinsrd,             l => l.InsertElement(MicroOpCode.VectorInsert32, 4));
        rows.AddWithVex(Mnemonic.Pinsrq,             l => l.InsertElement(MicroOpCode.VectorInsert64, 8));
        rows.AddWithVex(Mnemonic.Pextrb,             l => l.ExtractElement(MicroOpCode.VectorExtract8, 1));
        rows.AddWithVex(Mnemonic.Pextrw,             l => l.ExtractElement(MicroOpCode.VectorExtract16, 2));
        rows.AddWithVex(Mnemonic.Pextrd,             l => l.ExtractElement(MicroOpCode.VectorExtract32, 4));
        rows.AddWithVex(Mnemonic.Pextrq,             l => l.ExtractElement(MicroOpCode.VectorExtract64, 8));
        rows.AddWithVex(Mnemonic.Extractps,          l => l.ExtractElement(MicroOpCode.VectorExtract32, 4));
        rows.AddWithVex(Mnemonic.Pmovmskb,           l => l.MoveSigns(MicroOpCode.VectorSigns8, MicroOpCode.WideSigns8));
        rows.AddWithVex(Mnemonic.Movmskps,           l => l.MoveSigns(MicroOpCode.VectorSigns32, MicroOpCode.WideSigns32));
        rows.AddWithVex(Mnemonic.Movmskpd,           l => l.MoveSigns(MicroOpCode.VectorSigns64, MicroOpCode.WideSigns64));

        // Logic
        rows.AddWithVex(Mnemonic.Andps,              l => l.Packed(MicroOpCode.VectorAnd));
        rows.AddWithVex(Mnemonic.Andpd,              l => l.Packed(MicroOpCode.VectorAnd));
        rows.AddWithVex(Mnemonic.Pand,               l => l.Packed(MicroOpCode.VectorAnd));
        rows.AddWithVex(Mnemonic.Andnps,             l => l.Packed(MicroOpCode.VectorAndNot));
        rows.AddWithVex(Mnemonic.Andnpd,             l => l.Packed(MicroOpCode.VectorAndNot));
        rows.AddWithVex(Mnemonic.Pandn,              l => l.Packed(MicroOpCode.VectorAndNot));
        rows.AddWithVex(Mnemonic.Orps,               l => l.Packed(MicroOpCode.VectorOr));
        rows.AddWithVex(Mnemonic.Orpd,               l => l.Packed(MicroOpCode.VectorOr));
        rows.AddWithVex(Mnemonic.Por,                l => l.Packed(MicroOpCode.VectorOr));
        rows.AddWithVex(Mnemonic.Xorps,              l => l.Packed(MicroOpCode.VectorXor));
        rows.AddWithVex(Mnemonic.Xorpd,              l => l.Packed(MicroOpCode.VectorXor));
        rows.AddWithVex(Mnemonic.Pxor,               l => l.Packed(MicroOpCode.VectorXor));
        rows.AddWithVex(Mnemonic.Ptest,              l => l.TestVectors(MicroOpCode.VectorTest, MicroOpCode.WideTest));

        // Additions and subtractions
        rows.AddWithVex(Mnemonic.Paddb,              l => l.Packed(MicroOpCode.PackedAdd8));
        rows.AddWithVex(Mnemonic.Paddw,              l => l.Packed(MicroOpCode.PackedAdd16));
        rows.AddWithVex(Mnemonic.Paddd,              l => l.Packed(MicroOpCode.PackedAdd32));
        rows.AddWithVex(Mnemonic.Paddq,              l => l.Packed(MicroOpCode.PackedAdd64));
        rows.AddWithVex(Mnemonic.Paddsb,             l => l.Packed(MicroOpCode.PackedAddSaturateSigned8));
        rows.AddWithVex(Mnemonic.Paddusb,            l => l.Packed(MicroOpCode.PackedAddSaturateUnsigned8));
        rows.AddWithVex(Mnemonic.Paddsw,             l => l.Packed(MicroOpCode.PackedAddSaturateSigned16));
        rows.AddWithVex(Mnemonic.Paddusw,            l => l.Packed(MicroOpCode.PackedAddSaturateUnsigned16));
        rows.AddWithVex(Mnemonic.Psubb,              l => l.Packed(MicroOpCode.PackedSub8));
        rows.AddWithVex(Mnemonic.Psubw,              l => l.Packed(MicroOpCode.PackedSub16));
        rows.AddWithVex(Mnemonic.Psubd,              l => l.Packed(MicroOpCode.PackedSub32));
        rows.AddWithVex(Mnemonic.Psubq,              l => l.Packed(MicroOpCode.PackedSub64));
        rows.AddWithVex(Mnemonic.Psubsb,             l => l.Packed(MicroOpCode.PackedSubSaturateSigned8));
        rows.AddWithVex(Mnemonic.Psubusb,            l => l.Packed(MicroOpCode.PackedSubSaturateUnsigned8));
        rows.AddWithVex(Mnemonic.Psubsw,             l => l.Packed(MicroOpCode.PackedSubSaturateSigned16));
        rows.AddWithVex(Mnemonic.Psubusw,            l => l.Packed(MicroOpCode.PackedSubSaturateUnsigned16));
        rows.AddWithVex(Mnemonic.Phaddw,             l => l.Packed(MicroOpCode.PackedHorizontalAdd16));
        rows.AddWithVex(Mnemonic.Phaddd,             l => l.Packed(MicroOpCode.PackedHorizontalAdd32));
        rows.AddWithVex(Mnemonic.Phaddsw,            l => l.Packed(MicroOpCode.PackedHorizontalAddSaturate16));
        rows.AddWithVex(Mnemonic.Phsubw,             l => l.Packed(MicroOpCode.PackedHorizontalSub16));
        rows.AddWithVex(Mnemonic.Phsubd,             l => l.Packed(MicroOpCode.PackedHorizontalSub32));
        rows.AddWithVex(Mnemonic.Phsubsw,            l => l.Packed(MicroOpCode.PackedHorizontalSubSaturate16));

        // Products
        rows.AddWithVex(Mnemonic.Pmullw,             l => l.Packed(MicroOpCode.PackedMultiplyLow16));
        rows.AddWithVex(Mnemonic.Pmulld,             l => l.Packed(MicroOpCode.PackedMultiplyLow32));
        rows.AddWithVex(Mnemonic.Pmulhw,             l => l.Packed(MicroOpCode.PackedMultiplyHighSigned16));
        rows.AddWithVex(Mnemonic.Pmulhuw,            l => l.Packed(MicroOpCode.PackedMultiplyHighUnsigned16));
        rows.AddWithVex(Mnemonic.Pmulhrsw,           l => l.Packed(MicroOpCode.PackedMultiplyRounded16));
        rows.AddWithVex(Mnemonic.Pmuludq,            l => l.Packed(MicroOpCode.PackedMultiplyUnsigned32));
        rows.AddWithVex(Mnemonic.Pmuldq,             l => l.Packed(MicroOpCode.PackedMultiplySigned32));
        rows.AddWithVex(Mnemonic.Pmaddwd,            l => l.Packed(MicroOpCode.PackedMultiplyAdd16));
        rows.AddWithVex(Mnemonic.Pmaddubsw,          l => l.Packed(MicroOpCode.PackedMultiplyAdd8));
        rows.AddWithVex(Mnemonic.Psadbw,             l => l.Packed(MicroOpCode.PackedDifferenceSums));

        // Comparisons
        rows.AddWithVex(Mnemonic.Pcmpeqb,            l => l.Packed(MicroOpCode.PackedEqual8));
        rows.AddWithVex(Mnemonic.Pcmpgtb,            l => l.Packed(MicroOpCode.PackedGreater8));
        rows.AddWithVex(Mnemonic.Pcmpeqw,            l => l.Packed(MicroOpCode.PackedEqual16));
        rows.AddWithVex(Mnemonic.Pcmpgtw,            l => l.Packed(MicroOpCode.PackedGreater16));
        rows.AddWithVex(Mnemonic.Pcmpeqd,            l => l.Packed(MicroOpCode.PackedEqual32));
        rows.AddWithVex(Mnemonic.Pcmpgtd,            l => l.Packed(MicroOpCode.PackedGreater32));
        rows.AddWithVex(Mnemonic.Pcmpeqq,            l => l.Packed(MicroOpCode.PackedEqual64));
        rows.AddWithVex(Mnemonic.Pcmpgtq,            l => l.Packed(MicroOpCode.PackedGreater64));
        rows.AddWithVex(Mnemonic.Pminsb,             l => l.Packed(MicroOpCode.PackedMinSigned8));
        rows.AddWithVex(Mnemonic.Pminub,             l => l.Packed(MicroOpCode.PackedMinUnsigned8));
        rows.AddWithVex(Mnemonic.Pminsw,             l => l.Packed(MicroOpCode.PackedMinSigned16));
        rows.AddWithVex(Mnemonic.Pminuw,             l => l.Packed(MicroOpCode.PackedMinUnsigned16));
        rows.AddWithVex(Mnemonic.Pminsd,             l => l.Packed(MicroOpCode.PackedMinSigned32));
        rows.AddWithVex(Mnemonic.Pminud,             l => l.Packed(MicroOpCode.PackedMinUnsigned32));
        rows.AddWithVex(Mnemonic.Pmaxsb,             l => l.Packed(MicroOpCode.PackedMaxSigned8));
        rows.AddWithVex(Mnemonic.Pmaxub,             l => l.Packed(MicroOpCode.PackedMaxUnsigned8));
        rows.AddWithVex(Mnemonic.Pmaxsw,             l => l.Packed(MicroOpCode.PackedMaxSigned16));
        rows.AddWithVex(Mnemonic.Pmaxuw,             l => l.Packed(MicroOpCode.PackedMaxUnsigned16));
        rows.AddWithVex(Mnemonic.Pmaxsd,             l => l.Packed(MicroOpCode.PackedMaxSigned32));
        rows.AddWithVex(Mnemonic.Pmaxud,             l => l.Packed(MicroOpCode.PackedMaxUnsigned32));
        rows.AddWithVex(Mnemonic.Pavgb,              l => l.Packed(MicroOpCode.PackedAverage8));
        rows.AddWithVex(Mnemonic.Pavgw,              l => l.Packed(MicroOpCode.PackedAverage16));
        rows.AddWithVex(Mnemonic.Pabsb,              l => l.PackedUnary(MicroOpCode.PackedAbsolute8));
        rows.AddWithVex(Mnemonic.Psignb,             l => l.Packed(MicroOpCode.PackedSign8));
        rows.AddWithVex(Mnemonic.Pabsw,              l => l.PackedUnary(MicroOpCode.PackedAbsolute16));
        rows.AddWithVex(Mnemonic.Psignw,             l => l.Packed(MicroOpCode.PackedSign16));
        rows.AddWithVex(Mnemonic.Pabsd,              l => l.PackedUnary(MicroOpCode.PackedAbsolute32));
        rows.AddWithVex(Mnemonic.Psignd,             l => l.Packed(MicroOpCode.PackedSign32));

        // Shifts
        rows.AddWithVex(Mnemonic.Psllw,              l => l.PackedShift(MicroOpCode.PackedShiftLeft16));
        rows.AddWithVex(Mnemonic.Psrlw,              l => l.PackedShift(MicroOpCode.PackedShiftRight16));
        rows.AddWithVex(Mnemonic.Pslld,              l => l.PackedShift(MicroOpCode.PackedShiftLeft32));
        rows.AddWithVex(Mnemonic.Psrld,              l => l.PackedShift(MicroOpCode.PackedShiftRight32));
        rows.AddWithVex(Mnemonic.Psllq,              l => l.PackedShift(MicroOpCode.PackedShiftLeft64));
        rows.AddWithVex(Mnemonic.Psrlq,              l => l.PackedShift(MicroOpCode.PackedShiftRight64));
        rows.AddWithVex(Mnemonic.Psraw,              l => l.PackedShift(MicroOpCode.PackedShiftArithmetic16));
        rows.AddWithVex(Mnemonic.Psrad,              l => l.PackedShift(MicroOpCode.PackedShiftArithmetic32));
        rows.AddWithVex(Mnemonic.Pslldq,             l => l.PackedImmediate(MicroOpCode.VectorShiftLeftBytes));
        rows.AddWithVex(Mnemonic.Psrldq,             l => l.PackedImmediate(MicroOpCode.VectorShiftRightBytes));
        rows.AddWithVex(Mnemonic.Palignr,            l => l.PackedImmediate(MicroOpCode.VectorAlignRight));

        // Packing, interleaving, widening
        rows.AddWithVex(Mnemonic.Packsswb,           l => l.Packed(MicroOpCode.PackedPackSigned16));
        rows.AddWithVex(Mnemonic.Packssdw,           l => l.Packed(MicroOpCode.PackedPackSigned32));
        rows.AddWithVex(Mnemonic.Packuswb,           l => l.Packed(MicroOpCode.PackedPackUnsigned16));
        rows.AddWithVex(Mnemonic.Packusdw,           l => l.Packed(MicroOpCode.PackedPackUnsigned32));
        rows.AddWithVex(Mnemonic.Punpcklbw,          l => l.Packed(MicroOpCode.PackedInterleaveLow8));
        rows.AddWithVex(Mnemonic.Punpcklwd,          l => l.Packed(MicroOpCode.PackedInterleaveLow16));
        rows.AddWithVex(Mnemonic.Punpckldq,          l => l.Packed(MicroOpCode.PackedInterleaveLow32));
        rows.AddWithVex(Mnemonic.Punpcklqdq,         l => l.Packed(MicroOpCode.PackedInterleaveLow64));
        rows.AddWithVex(Mnemonic.Unpcklps,           l => l.Packed(MicroOpCode.PackedInterleaveLow32));
        rows.AddWithVex(Mnemonic.Unpcklpd,           l => l.Packed(MicroOpCode.PackedInterleaveLow64));
        rows.AddWithVex(Mnemonic.Punpckhbw,          l => l.Packed(MicroOpCode.PackedInterleaveHigh8));
        rows.AddWithVex(Mnemonic.Punpckhwd,          l => l.Packed(MicroOpCode.PackedInterleaveHigh16));
        rows.AddWithVex(Mnemonic.Punpckhdq,          l => l.Packed(MicroOpCode.PackedInterleaveHigh32));
        rows.AddWithVex(Mnemonic.Punpckhqdq,         l => l.Packed(MicroOpCode.PackedInterleaveHigh64));
        rows.AddWithVex(Mnemonic.Unpckhps,           l => l.Packed(MicroOpCode.PackedInterleaveHigh32));
        rows.AddWithVex(Mnemonic.Unpckhpd,           l => l.Packed(MicroOpCode.PackedInterleaveHigh64));
        rows.AddWithVex(Mnemonic.Pmovzxbw,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend8To16, MicroOpCode.WideZeroExtend8To16));
        rows.AddWithVex(Mnemonic.Pmovzxbd,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend8To32, MicroOpCode.WideZeroExtend8To32));
        rows.AddWithVex(Mnemonic.Pmovzxbq,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend8To64, MicroOpCode.WideZeroExtend8To64));
        rows.AddWithVex(Mnemonic.Pmovzxwd,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend16To32, MicroOpCode.WideZeroExtend16To32));
        rows.AddWithVex(Mnemonic.Pmovzxwq,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend16To64, MicroOpCode.WideZeroExtend16To64));
        rows.AddWithVex(Mnemonic.Pmovzxdq,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend32To64, MicroOpCode.WideZeroExtend32To64));
        rows.AddWithVex(Mnemonic.Pmovsxbw,           l => l.PackedExtend(MicroOpCode.PackedSignExtend8To16, MicroOpCode.WideSignExtend8To16));
        rows.AddWithVex(Mnemonic.Pmovsxbd,           l => l.PackedExtend(MicroOpCode.PackedSignExtend8To32, MicroOpCode.WideSignExtend8To32));
        rows.AddWithVex(Mnemonic.Pmovsxbq,           l => l.PackedExtend(MicroOpCode.PackedSignExtend8To64, MicroOpCode.WideSignExtend8To64));
        rows.AddWithVex(Mnemonic.Pmovsxwd,           l => l.PackedExtend(MicroOpCode.PackedSignExtend16To32, MicroOpCode.WideSignExtend16To32));
        rows.AddWithVex(Mnemonic.Pmovsxwq,           l => l.PackedExtend(MicroOpCode.PackedSignExtend16To64, MicroOpCode.WideSignExtend16To64));
        rows.AddWithVex(Mnemonic.Pmovsxdq,           l => l.PackedExtend(MicroOpCode.PackedSignExtend32To64, MicroOpCode.WideSignExtend32To64));

        // Shuffles and blends
        rows.AddWithVex(Mnemonic.Pshufd,             l => l.PackedUnaryImmediate(MicroOpCode.PackedShuffle32));
        rows.AddWithVex(Mnemonic.Pshuflw,            l => l.PackedUnaryImmediate(MicroOpCode.PackedShuffleLow16));
        rows.AddWithVex(Mnemonic.Pshufhw,            l => l.PackedUnaryImmediate(MicroOpCode.PackedShuffleHigh16));
        rows.AddWithVex(Mnemonic.Shufps,             l => l.PackedImmediate(MicroOpCode.PackedShufflePair32));
        rows.AddWithVex(Mnemonic.Shufpd,             l => l.PackedImmediate(MicroOpCode.PackedShufflePair64, 2));
        rows.AddWithVex(Mnemonic.Pshufb,             l => l.Packed(MicroOpCode.PackedShuffleBytes));
        rows.AddWithVex(Mnemonic.Pblendw,            l => l.PackedImmediate(MicroOpCode.PackedBlend16));
        rows.AddWithVex(Mnemonic.Pblendvb,           l => l.BlendBySign(MicroOpCode.PackedBlendBySign8));
    }
#pragma warning restore format
}
