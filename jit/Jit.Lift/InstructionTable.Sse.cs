using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>SSE to SSE4.2 as far as it moves data or computes with integers.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    static partial void AddSse(Rows rows)
    {
        // Moves
        rows.Add(Mnemonic.Movaps,             l => l.MoveVector(aligned: true));
        rows.Add(Mnemonic.Movapd,             l => l.MoveVector(aligned: true));
        rows.Add(Mnemonic.Movdqa,             l => l.MoveVector(aligned: true));
        rows.Add(Mnemonic.Movntps,            l => l.MoveVector(aligned: true));
        rows.Add(Mnemonic.Movntpd,            l => l.MoveVector(aligned: true));
        rows.Add(Mnemonic.Movntdq,            l => l.MoveVector(aligned: true));
        rows.Add(Mnemonic.Movntdqa,           l => l.MoveVector(aligned: true));
        rows.Add(Mnemonic.Movups,             l => l.MoveVector(aligned: false));
        rows.Add(Mnemonic.Movupd,             l => l.MoveVector(aligned: false));
        rows.Add(Mnemonic.Movdqu,             l => l.MoveVector(aligned: false));
        rows.Add(Mnemonic.Lddqu,              l => l.MoveVector(aligned: false));
        rows.Add(Mnemonic.Maskmovdqu,         l => l.StoreBySign());
        rows.Add(Mnemonic.Movd,               l => l.MoveLowElement());
        rows.Add(Mnemonic.Movq,               l => l.MoveLowElement());
        rows.Add(Mnemonic.Movlps,             l => l.MoveLowHalf());
        rows.Add(Mnemonic.Movlpd,             l => l.MoveLowHalf());
        rows.Add(Mnemonic.Movhps,             l => l.MoveHighHalf());
        rows.Add(Mnemonic.Movhpd,             l => l.MoveHighHalf());
        rows.Add(Mnemonic.Movhlps,            l => l.Packed(MicroOpCode.VectorHighToLow64));
        rows.Add(Mnemonic.Movlhps,            l => l.Packed(MicroOpCode.VectorMergeHigh64));
        rows.Add(Mnemonic.Movss,              l => l.MoveScalar(MicroOpCode.VectorMergeLow32));
        rows.Add(Code.Movsd_xmm_xmmm64,   l => l.MoveScalar(MicroOpCode.VectorMergeLow64));
        rows.Add(Code.Movsd_xmmm64_xmm,   l => l.MoveScalar(MicroOpCode.VectorMergeLow64));
        rows.Add(Mnemonic.Movddup,            l => l.DuplicateLow());
        rows.Add(Mnemonic.Movsldup,           l => l.PackedUnary(MicroOpCode.PackedShuffle32, 0xa0));
        rows.Add(Mnemonic.Movshdup,           l => l.PackedUnary(MicroOpCode.PackedShuffle32, 0xf5));
        rows.Add(Mnemonic.Pinsrb,             l => l.InsertElement(MicroOpCode.VectorInsert8, 1));
        rows.Add(Mnemonic.Pinsrw,             l => l.InsertElement(MicroOpCode.VectorInsert16, 2));
        rows.Add(Mnemonic.Pinsrd,             l => l.InsertElement(MicroOpCode.VectorInsert32, 4));
        rows.Add(Mnemonic.Pinsrq,             l => l.InsertElement(MicroOpCode.VectorInsert64, 8));
        rows.Add(Mnemonic.Pextrb,             l => l.ExtractElement(MicroOpCode.VectorExtract8, 1));
        rows.Add(Mnemonic.Pextrw,             l => l.ExtractElement(MicroOpCode.VectorExtract16, 2));
        rows.Add(Mnemonic.Pextrd,             l => l.ExtractElement(MicroOpCode.VectorExtract32, 4));
        rows.Add(Mnemonic.Pextrq,             l => l.ExtractElement(MicroOpCode.VectorExtract64, 8));
        rows.Add(Mnemonic.Extractps,          l => l.ExtractElement(MicroOpCode.VectorExtract32, 4));
        rows.Add(Mnemonic.Pmovmskb,           l => l.MoveSigns(MicroOpCode.VectorSigns8));
        rows.Add(Mnemonic.Movmskps,           l => l.MoveSigns(MicroOpCode.VectorSigns32));
        rows.Add(Mnemonic.Movmskpd,           l => l.MoveSigns(MicroOpCode.VectorSigns64));

        // Logic
        rows.Add(Mnemonic.Andps,              l => l.Packed(MicroOpCode.VectorAnd));
        rows.Add(Mnemonic.Andpd,              l => l.Packed(MicroOpCode.VectorAnd));
        rows.Add(Mnemonic.Pand,               l => l.Packed(MicroOpCode.VectorAnd));
        rows.Add(Mnemonic.Andnps,             l => l.Packed(MicroOpCode.VectorAndNot));
        rows.Add(Mnemonic.Andnpd,             l => l.Packed(MicroOpCode.VectorAndNot));
        rows.Add(Mnemonic.Pandn,              l => l.Packed(MicroOpCode.VectorAndNot));
        rows.Add(Mnemonic.Orps,               l => l.Packed(MicroOpCode.VectorOr));
        rows.Add(Mnemonic.Orpd,               l => l.Packed(MicroOpCode.VectorOr));
        rows.Add(Mnemonic.Por,                l => l.Packed(MicroOpCode.VectorOr));
        rows.Add(Mnemonic.Xorps,              l => l.Packed(MicroOpCode.VectorXor));
        rows.Add(Mnemonic.Xorpd,              l => l.Packed(MicroOpCode.VectorXor));
        rows.Add(Mnemonic.Pxor,               l => l.Packed(MicroOpCode.VectorXor));
        rows.Add(Mnemonic.Ptest,              l => l.Ptest());

        // Additions and subtractions
        rows.Add(Mnemonic.Paddb,              l => l.Packed(MicroOpCode.PackedAdd8));
        rows.Add(Mnemonic.Paddw,              l => l.Packed(MicroOpCode.PackedAdd16));
        rows.Add(Mnemonic.Paddd,              l => l.Packed(MicroOpCode.PackedAdd32));
        rows.Add(Mnemonic.Paddq,              l => l.Packed(MicroOpCode.PackedAdd64));
        rows.Add(Mnemonic.Paddsb,             l => l.Packed(MicroOpCode.PackedAddSaturateSigned8));
        rows.Add(Mnemonic.Paddusb,            l => l.Packed(MicroOpCode.PackedAddSaturateUnsigned8));
        rows.Add(Mnemonic.Paddsw,             l => l.Packed(MicroOpCode.PackedAddSaturateSigned16));
        rows.Add(Mnemonic.Paddusw,            l => l.Packed(MicroOpCode.PackedAddSaturateUnsigned16));
        rows.Add(Mnemonic.Psubb,              l => l.Packed(MicroOpCode.PackedSub8));
        rows.Add(Mnemonic.Psubw,              l => l.Packed(MicroOpCode.PackedSub16));
        rows.Add(Mnemonic.Psubd,              l => l.Packed(MicroOpCode.PackedSub32));
        rows.Add(Mnemonic.Psubq,              l => l.Packed(MicroOpCode.PackedSub64));
        rows.Add(Mnemonic.Psubsb,             l => l.Packed(MicroOpCode.PackedSubSaturateSigned8));
        rows.Add(Mnemonic.Psubusb,            l => l.Packed(MicroOpCode.PackedSubSaturateUnsigned8));
        rows.Add(Mnemonic.Psubsw,             l => l.Packed(MicroOpCode.PackedSubSaturateSigned16));
        rows.Add(Mnemonic.Psubusw,            l => l.Packed(MicroOpCode.PackedSubSaturateUnsigned16));
        rows.Add(Mnemonic.Phaddw,             l => l.Packed(MicroOpCode.PackedHorizontalAdd16));
        rows.Add(Mnemonic.Phaddd,             l => l.Packed(MicroOpCode.PackedHorizontalAdd32));
        rows.Add(Mnemonic.Phaddsw,            l => l.Packed(MicroOpCode.PackedHorizontalAddSaturate16));
        rows.Add(Mnemonic.Phsubw,             l => l.Packed(MicroOpCode.PackedHorizontalSub16));
        rows.Add(Mnemonic.Phsubd,             l => l.Packed(MicroOpCode.PackedHorizontalSub32));
        rows.Add(Mnemonic.Phsubsw,            l => l.Packed(MicroOpCode.PackedHorizontalSubSaturate16));

        // Products
        rows.Add(Mnemonic.Pmullw,             l => l.Packed(MicroOpCode.PackedMultiplyLow16));
        rows.Add(Mnemonic.Pmulld,             l => l.Packed(MicroOpCode.PackedMultiplyLow32));
        rows.Add(Mnemonic.Pmulhw,             l => l.Packed(MicroOpCode.PackedMultiplyHighSigned16));
        rows.Add(Mnemonic.Pmulhuw,            l => l.Packed(MicroOpCode.PackedMultiplyHighUnsigned16));
        rows.Add(Mnemonic.Pmulhrsw,           l => l.Packed(MicroOpCode.PackedMultiplyRounded16));
        rows.Add(Mnemonic.Pmuludq,            l => l.Packed(MicroOpCode.PackedMultiplyUnsigned32));
        rows.Add(Mnemonic.Pmuldq,             l => l.Packed(MicroOpCode.PackedMultiplySigned32));
        rows.Add(Mnemonic.Pmaddwd,            l => l.Packed(MicroOpCode.PackedMultiplyAdd16));
        rows.Add(Mnemonic.Pmaddubsw,          l => l.Packed(MicroOpCode.PackedMultiplyAdd8));
        rows.Add(Mnemonic.Psadbw,             l => l.Packed(MicroOpCode.PackedDifferenceSums));

        // Comparisons
        rows.Add(Mnemonic.Pcmpeqb,            l => l.Packed(MicroOpCode.PackedEqual8));
        rows.Add(Mnemonic.Pcmpgtb,            l => l.Packed(MicroOpCode.PackedGreater8));
        rows.Add(Mnemonic.Pcmpeqw,            l => l.Packed(MicroOpCode.PackedEqual16));
        rows.Add(Mnemonic.Pcmpgtw,            l => l.Packed(MicroOpCode.PackedGreater16));
        rows.Add(Mnemonic.Pcmpeqd,            l => l.Packed(MicroOpCode.PackedEqual32));
        rows.Add(Mnemonic.Pcmpgtd,            l => l.Packed(MicroOpCode.PackedGreater32));
        rows.Add(Mnemonic.Pcmpeqq,            l => l.Packed(MicroOpCode.PackedEqual64));
        rows.Add(Mnemonic.Pcmpgtq,            l => l.Packed(MicroOpCode.PackedGreater64));
        rows.Add(Mnemonic.Pminsb,             l => l.Packed(MicroOpCode.PackedMinSigned8));
        rows.Add(Mnemonic.Pminub,             l => l.Packed(MicroOpCode.PackedMinUnsigned8));
        rows.Add(Mnemonic.Pminsw,             l => l.Packed(MicroOpCode.PackedMinSigned16));
        rows.Add(Mnemonic.Pminuw,             l => l.Packed(MicroOpCode.PackedMinUnsigned16));
        rows.Add(Mnemonic.Pminsd,             l => l.Packed(MicroOpCode.PackedMinSigned32));
        rows.Add(Mnemonic.Pminud,             l => l.Packed(MicroOpCode.PackedMinUnsigned32));
        rows.Add(Mnemonic.Pmaxsb,             l => l.Packed(MicroOpCode.PackedMaxSigned8));
        rows.Add(Mnemonic.Pmaxub,             l => l.Packed(MicroOpCode.PackedMaxUnsigned8));
        rows.Add(Mnemonic.Pmaxsw,             l => l.Packed(MicroOpCode.PackedMaxSigned16));
        rows.Add(Mnemonic.Pmaxuw,             l => l.Packed(MicroOpCode.PackedMaxUnsigned16));
        rows.Add(Mnemonic.Pmaxsd,             l => l.Packed(MicroOpCode.PackedMaxSigned32));
        rows.Add(Mnemonic.Pmaxud,             l => l.Packed(MicroOpCode.PackedMaxUnsigned32));
        rows.Add(Mnemonic.Pavgb,              l => l.Packed(MicroOpCode.PackedAverage8));
        rows.Add(Mnemonic.Pavgw,              l => l.Packed(MicroOpCode.PackedAverage16));
        rows.Add(Mnemonic.Pabsb,              l => l.PackedUnary(MicroOpCode.PackedAbsolute8));
        rows.Add(Mnemonic.Psignb,             l => l.Packed(MicroOpCode.PackedSign8));
        rows.Add(Mnemonic.Pabsw,              l => l.PackedUnary(MicroOpCode.PackedAbsolute16));
        rows.Add(Mnemonic.Psignw,             l => l.Packed(MicroOpCode.PackedSign16));
        rows.Add(Mnemonic.Pabsd,              l => l.PackedUnary(MicroOpCode.PackedAbsolute32));
        rows.Add(Mnemonic.Psignd,             l => l.Packed(MicroOpCode.PackedSign32));

        // Shifts
        rows.Add(Mnemonic.Psllw,              l => l.PackedShift(MicroOpCode.PackedShiftLeft16));
        rows.Add(Mnemonic.Psrlw,              l => l.PackedShift(MicroOpCode.PackedShiftRight16));
        rows.Add(Mnemonic.Pslld,              l => l.PackedShift(MicroOpCode.PackedShiftLeft32));
        rows.Add(Mnemonic.Psrld,              l => l.PackedShift(MicroOpCode.PackedShiftRight32));
        rows.Add(Mnemonic.Psllq,              l => l.PackedShift(MicroOpCode.PackedShiftLeft64));
        rows.Add(Mnemonic.Psrlq,              l => l.PackedShift(MicroOpCode.PackedShiftRight64));
        rows.Add(Mnemonic.Psraw,              l => l.PackedShift(MicroOpCode.PackedShiftArithmetic16));
        rows.Add(Mnemonic.Psrad,              l => l.PackedShift(MicroOpCode.PackedShiftArithmetic32));
        rows.Add(Mnemonic.Pslldq,             l => l.PackedImmediate(MicroOpCode.VectorShiftLeftBytes));
        rows.Add(Mnemonic.Psrldq,             l => l.PackedImmediate(MicroOpCode.VectorShiftRightBytes));
        rows.Add(Mnemonic.Palignr,            l => l.PackedImmediate(MicroOpCode.VectorAlignRight));

        // Packing, interleaving, widening
        rows.Add(Mnemonic.Packsswb,           l => l.Packed(MicroOpCode.PackedPackSigned16));
        rows.Add(Mnemonic.Packssdw,           l => l.Packed(MicroOpCode.PackedPackSigned32));
        rows.Add(Mnemonic.Packuswb,           l => l.Packed(MicroOpCode.PackedPackUnsigned16));
        rows.Add(Mnemonic.Packusdw,           l => l.Packed(MicroOpCode.PackedPackUnsigned32));
        rows.Add(Mnemonic.Punpcklbw,          l => l.Packed(MicroOpCode.PackedInterleaveLow8));
        rows.Add(Mnemonic.Punpcklwd,          l => l.Packed(MicroOpCode.PackedInterleaveLow16));
        rows.Add(Mnemonic.Punpckldq,          l => l.Packed(MicroOpCode.PackedInterleaveLow32));
        rows.Add(Mnemonic.Punpcklqdq,         l => l.Packed(MicroOpCode.PackedInterleaveLow64));
        rows.Add(Mnemonic.Unpcklps,           l => l.Packed(MicroOpCode.PackedInterleaveLow32));
        rows.Add(Mnemonic.Unpcklpd,           l => l.Packed(MicroOpCode.PackedInterleaveLow64));
        rows.Add(Mnemonic.Punpckhbw,          l => l.Packed(MicroOpCode.PackedInterleaveHigh8));
        rows.Add(Mnemonic.Punpckhwd,          l => l.Packed(MicroOpCode.PackedInterleaveHigh16));
        rows.Add(Mnemonic.Punpckhdq,          l => l.Packed(MicroOpCode.PackedInterleaveHigh32));
        rows.Add(Mnemonic.Punpckhqdq,         l => l.Packed(MicroOpCode.PackedInterleaveHigh64));
        rows.Add(Mnemonic.Unpckhps,           l => l.Packed(MicroOpCode.PackedInterleaveHigh32));
        rows.Add(Mnemonic.Unpckhpd,           l => l.Packed(MicroOpCode.PackedInterleaveHigh64));
        rows.Add(Mnemonic.Pmovzxbw,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend8To16));
        rows.Add(Mnemonic.Pmovzxbd,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend8To32));
        rows.Add(Mnemonic.Pmovzxbq,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend8To64));
        rows.Add(Mnemonic.Pmovzxwd,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend16To32));
        rows.Add(Mnemonic.Pmovzxwq,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend16To64));
        rows.Add(Mnemonic.Pmovzxdq,           l => l.PackedExtend(MicroOpCode.PackedZeroExtend32To64));
        rows.Add(Mnemonic.Pmovsxbw,           l => l.PackedExtend(MicroOpCode.PackedSignExtend8To16));
        rows.Add(Mnemonic.Pmovsxbd,           l => l.PackedExtend(MicroOpCode.PackedSignExtend8To32));
        rows.Add(Mnemonic.Pmovsxbq,           l => l.PackedExtend(MicroOpCode.PackedSignExtend8To64));
        rows.Add(Mnemonic.Pmovsxwd,           l => l.PackedExtend(MicroOpCode.PackedSignExtend16To32));
        rows.Add(Mnemonic.Pmovsxwq,           l => l.PackedExtend(MicroOpCode.PackedSignExtend16To64));
        rows.Add(Mnemonic.Pmovsxdq,           l => l.PackedExtend(MicroOpCode.PackedSignExtend32To64));

        // Shuffles and blends
        rows.Add(Mnemonic.Pshufd,             l => l.PackedUnaryImmediate(MicroOpCode.PackedShuffle32));
        rows.Add(Mnemonic.Pshuflw,            l => l.PackedUnaryImmediate(MicroOpCode.PackedShuffleLow16));
        rows.Add(Mnemonic.Pshufhw,            l => l.PackedUnaryImmediate(MicroOpCode.PackedShuffleHigh16));
        rows.Add(Mnemonic.Shufps,             l => l.PackedImmediate(MicroOpCode.PackedShufflePair32));
        rows.Add(Mnemonic.Shufpd,             l => l.PackedImmediate(MicroOpCode.PackedShufflePair64));
        rows.Add(Mnemonic.Pshufb,             l => l.Packed(MicroOpCode.PackedShuffleBytes));
        rows.Add(Mnemonic.Pblendw,            l => l.PackedImmediate(MicroOpCode.PackedBlend16));
        rows.Add(Mnemonic.Pblendvb,           l => l.BlendBySign());
    }
#pragma warning restore format
}
