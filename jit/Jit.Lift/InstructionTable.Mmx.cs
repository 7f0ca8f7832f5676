using Iced.Intel;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>MMX: codes, as the mnemonics are those of SSE too.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    private static void AddMmx(Rows rows)
    {
        // Additions
        rows.Add(Code.Paddb_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedAdd8));
        rows.Add(Code.Paddw_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedAdd16));
        rows.Add(Code.Paddd_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedAdd32));
        rows.Add(Code.Paddq_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedAdd64));
        rows.Add(Code.Psubb_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedSub8));
        rows.Add(Code.Psubw_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedSub16));
        rows.Add(Code.Psubd_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedSub32));
        rows.Add(Code.Psubq_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedSub64));
        rows.Add(Code.Paddsb_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedAddSaturateSigned8));
        rows.Add(Code.Paddsw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedAddSaturateSigned16));
        rows.Add(Code.Paddusb_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedAddSaturateUnsigned8));
        rows.Add(Code.Paddusw_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedAddSaturateUnsigned16));
        rows.Add(Code.Psubsb_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedSubSaturateSigned8));
        rows.Add(Code.Psubsw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedSubSaturateSigned16));
        rows.Add(Code.Psubusb_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedSubSaturateUnsigned8));
        rows.Add(Code.Psubusw_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedSubSaturateUnsigned16));

        // Products
        rows.Add(Code.Pmullw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedMultiplyLow16));
        rows.Add(Code.Pmulhw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedMultiplyHighSigned16));
        rows.Add(Code.Pmulhuw_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedMultiplyHighUnsigned16));
        rows.Add(Code.Pmulhrsw_mm_mmm64,       l => l.Mmx(MicroOpCode.PackedMultiplyRounded16));
        rows.Add(Code.Pmuludq_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedMultiplyUnsigned32));
        rows.Add(Code.Pmaddwd_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedMultiplyAdd16));
        rows.Add(Code.Pmaddubsw_mm_mmm64,      l => l.Mmx(MicroOpCode.PackedMultiplyAdd8));
        rows.Add(Code.Psadbw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedDifferenceSums));

        // Comparisons and signs
        rows.Add(Code.Pcmpeqb_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedEqual8));
        rows.Add(Code.Pcmpeqw_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedEqual16));
        rows.Add(Code.Pcmpeqd_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedEqual32));
        rows.Add(Code.Pcmpgtb_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedGreater8));
        rows.Add(Code.Pcmpgtw_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedGreater16));
        rows.Add(Code.Pcmpgtd_mm_mmm64,        l => l.Mmx(MicroOpCode.PackedGreater32));
        rows.Add(Code.Pminub_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedMinUnsigned8));
        rows.Add(Code.Pminsw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedMinSigned16));
        rows.Add(Code.Pmaxub_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedMaxUnsigned8));
        rows.Add(Code.Pmaxsw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedMaxSigned16));
        rows.Add(Code.Pavgb_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedAverage8));
        rows.Add(Code.Pavgw_mm_mmm64,          l => l.Mmx(MicroOpCode.PackedAverage16));
        rows.Add(Code.Psignb_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedSign8));
        rows.Add(Code.Psignw_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedSign16));
        rows.Add(Code.Psignd_mm_mmm64,         l => l.Mmx(MicroOpCode.PackedSign32));
        rows.Add(Code.Pabsb_mm_mmm64,          l => l.MmxUnary(MicroOpCode.PackedAbsolute8));
        rows.Add(Code.Pabsw_mm_mmm64,          l => l.MmxUnary(MicroOpCode.PackedAbsolute16));
        rows.Add(Code.Pabsd_mm_mmm64,          l => l.MmxUnary(MicroOpCode.PackedAbsolute32));

        // Logic
        rows.Add(Code.Pand_mm_mmm64,           l => l.Mmx(MicroOpCode.VectorAnd));
        rows.Add(Code.Pandn_mm_mmm64,          l => l.Mmx(MicroOpCode.VectorAndNot));
        rows.Add(Code.Por_mm_mmm64,            l => l.Mmx(MicroOpCode.VectorOr));
        rows.Add(Code.Pxor_mm_mmm64,           l => l.Mmx(MicroOpCode.VectorXor));

        // Shifts
        rows.Add(Code.Psllw_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftLeft16));
        rows.Add(Code.Psllw_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftLeft16));
        rows.Add(Code.Pslld_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftLeft32));
        rows.Add(Code.Pslld_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftLeft32));
        rows.Add(Code.Psllq_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftLeft64));
        rows.Add(Code.Psllq_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftLeft64));
        rows.Add(Code.Psrlw_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftRight16));
        rows.Add(Code.Psrlw_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftRight16));
        rows.Add(Code.Psrld_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftRight32));
        rows.Add(Code.Psrld_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftRight32));
        rows.Add(Code.Psrlq_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftRight64));
        rows.Add(Code.Psrlq_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftRight64));
        rows.Add(Code.Psraw_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftArithmetic16));
        rows.Add(Code.Psraw_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftArithmetic16));
        rows.Add(Code.Psrad_mm_mmm64,          l => l.MmxShift(MicroOpCode.PackedShiftArithmetic32));
        rows.Add(Code.Psrad_mm_imm8,           l => l.MmxShift(MicroOpCode.PackedShiftArithmetic32));

        // Packing, interleaving, shuffles, sums of neighbours
        rows.Add(Code.Packsswb_mm_mmm64,       l => l.MmxPack(MicroOpCode.PackedPackSigned16));
        rows.Add(Code.Packssdw_mm_mmm64,       l => l.MmxPack(MicroOpCode.PackedPackSigned32));
        rows.Add(Code.Packuswb_mm_mmm64,       l => l.MmxPack(MicroOpCode.PackedPackUnsigned16));
        rows.Add(Code.Phaddw_mm_mmm64,         l => l.MmxPack(MicroOpCode.PackedHorizontalAdd16));
        rows.Add(Code.Phaddd_mm_mmm64,         l => l.MmxPack(MicroOpCode.PackedHorizontalAdd32));
        rows.Add(Code.Phaddsw_mm_mmm64,        l => l.MmxPack(MicroOpCode.PackedHorizontalAddSaturate16));
        rows.Add(Code.Phsubw_mm_mmm64,         l => l.MmxPack(MicroOpCode.PackedHorizontalSub16));
        rows.Add(Code.Phsubd_mm_mmm64,         l => l.MmxPack(MicroOpCode.PackedHorizontalSub32));
        rows.Add(Code.Phsubsw_mm_mmm64,        l => l.MmxPack(MicroOpCode.PackedHorizontalSubSaturate16));
        rows.Add(Code.Punpcklbw_mm_mmm32,      l => l.Mmx(MicroOpCode.PackedInterleaveLow8));
        rows.Add(Code.Punpcklwd_mm_mmm32,      l => l.Mmx(MicroOpCode.PackedInterleaveLow16));
        rows.Add(Code.Punpckldq_mm_mmm32,      l => l.Mmx(MicroOpCode.PackedInterleaveLow32));
        rows.Add(Code.Punpckhbw_mm_mmm64,      l => l.MmxInterleaveHigh(MicroOpCode.PackedInterleaveLow8));
        rows.Add(Code.Punpckhwd_mm_mmm64,      l => l.MmxInterleaveHigh(MicroOpCode.PackedInterleaveLow16));
        rows.Add(Code.Punpckhdq_mm_mmm64,      l => l.MmxInterleaveHigh(MicroOpCode.PackedInterleaveLow32));
        rows.Add(Code.Pshufw_mm_mmm64_imm8,    l => l.MmxUnary(MicroOpCode.PackedShuffleLow16));
        rows.Add(Code.Pshufb_mm_mmm64,         l => l.MmxShuffleBytes());
        rows.Add(Code.Palignr_mm_mmm64_imm8,   l => l.MmxAlignRight());

        // Moves
        rows.Add(Code.Movd_mm_rm32,            l => l.MmxMove());
        rows.Add(Code.Movq_mm_rm64,            l => l.MmxMove());
        rows.Add(Code.Movq_mm_mmm64,           l => l.MmxMove());
        rows.Add(Code.Movd_rm32_mm,            l => l.MmxMove());
        rows.Add(Code.Movq_rm64_mm,            l => l.MmxMove());
        rows.Add(Code.Movq_mmm64_mm,           l => l.MmxMove());
        rows.Add(Code.Movntq_m64_mm,           l => l.MmxMove());
        rows.Add(Code.Pinsrw_mm_r32m16_imm8,   l => l.MmxInsertWord());
        rows.Add(Code.Pinsrw_mm_r64m16_imm8,   l => l.MmxInsertWord());
        rows.Add(Code.Pextrw_r32_mm_imm8,      l => l.MmxToRegister(MicroOpCode.VectorExtract16));
        rows.Add(Code.Pextrw_r64_mm_imm8,      l => l.MmxToRegister(MicroOpCode.VectorExtract16));
        rows.Add(Code.Pmovmskb_r32_mm,         l => l.MmxToRegister(MicroOpCode.VectorSigns8));
        rows.Add(Code.Pmovmskb_r64_mm,         l => l.MmxToRegister(MicroOpCode.VectorSigns8));
        rows.Add(Code.Movdq2q_mm_xmm,          l => l.MmxFromVector());
        rows.Add(Code.Movq2dq_xmm_mm,          l => l.MmxToVector());
        rows.Add(Code.Maskmovq_rDI_mm_mm,      l => l.MmxStoreBySign());

        // Conversions
        rows.Add(Code.Cvtpi2ps_xmm_mmm64,      l => l.ConvertFromMmx(MicroOpCode.ConvertInt32ToFloat32, keepsHigh: true));
        rows.Add(Code.Cvtpi2pd_xmm_mmm64,      l => l.ConvertFromMmx(MicroOpCode.ConvertInt32ToFloat64, keepsHigh: false));
        rows.Add(Code.Cvtps2pi_mm_xmmm64,      l => l.ConvertToMmx(MicroOpCode.ConvertFloat32ToInt32, fromLow: true));
        rows.Add(Code.Cvttps2pi_mm_xmmm64,     l => l.ConvertToMmx(MicroOpCode.TruncateFloat32ToInt32, fromLow: true));
        rows.Add(Code.Cvtpd2pi_mm_xmmm128,     l => l.ConvertToMmx(MicroOpCode.ConvertFloat64ToInt32, fromLow: false));
        rows.Add(Code.Cvttpd2pi_mm_xmmm128,    l => l.ConvertToMmx(MicroOpCode.TruncateFloat64ToInt32, fromLow: false));
    }
#pragma warning restore format
}
