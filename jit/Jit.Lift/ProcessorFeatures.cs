using Iced.Intel;

namespace Rebound.Jit.Lift;

/// <summary>The processor offered to guests, as far as decoding must know it: instructions of features it lacks are undefined (#UD).</summary>
internal static class ProcessorFeatures
{
    // What is not named here and has no row in the table is reported as unsupported instead: the processor should have it.
    private static readonly HashSet<CpuidFeature> Absent =
    [
        CpuidFeature.FMA4, CpuidFeature.XOP, CpuidFeature.TBM, CpuidFeature.LWP,
        CpuidFeature.AVX512F, CpuidFeature.AVX512BW, CpuidFeature.AVX512CD, CpuidFeature.AVX512DQ, CpuidFeature.AVX512ER, CpuidFeature.AVX512PF,
        CpuidFeature.AVX512VL, CpuidFeature.AVX512_4FMAPS, CpuidFeature.AVX512_4VNNIW, CpuidFeature.AVX512_BF16, CpuidFeature.AVX512_BITALG,
        CpuidFeature.AVX512_FP16, CpuidFeature.AVX512_IFMA, CpuidFeature.AVX512_VBMI, CpuidFeature.AVX512_VBMI2, CpuidFeature.AVX512_VNNI,
        CpuidFeature.AVX512_VP2INTERSECT, CpuidFeature.AVX512_VPOPCNTDQ, CpuidFeature.AVX_VNNI, CpuidFeature.AVX_IFMA, CpuidFeature.AVX_NE_CONVERT,
        CpuidFeature.AVX_VNNI_INT8, CpuidFeature.AVX_VNNI_INT16,
        CpuidFeature.AMX_TILE, CpuidFeature.AMX_BF16, CpuidFeature.AMX_INT8, CpuidFeature.AMX_FP16, CpuidFeature.AMX_COMPLEX,
        CpuidFeature.SHA512, CpuidFeature.SM3, CpuidFeature.SM4, CpuidFeature.SSE4A, CpuidFeature.D3NOW, CpuidFeature.D3NOWEXT,
        CpuidFeature.XSAVE, CpuidFeature.XSAVEC, CpuidFeature.XSAVEOPT, CpuidFeature.XSAVES, CpuidFeature.FSGSBASE,
        CpuidFeature.RDRAND, CpuidFeature.RDSEED, CpuidFeature.RDPID, CpuidFeature.RDPRU, CpuidFeature.RTM, CpuidFeature.HLE_or_RTM, CpuidFeature.TSXLDTRK,
        CpuidFeature.SMAP, CpuidFeature.SMX, CpuidFeature.VMX, CpuidFeature.SVM, CpuidFeature.SKINIT, CpuidFeature.SKINIT_or_SVM, CpuidFeature.INVEPT,
        CpuidFeature.INVVPID, CpuidFeature.SEV_ES, CpuidFeature.SEV_SNP, CpuidFeature.TDX, CpuidFeature.SGX1,
        CpuidFeature.INVPCID, CpuidFeature.INVLPGB, CpuidFeature.MONITOR, CpuidFeature.MONITORX, CpuidFeature.MCOMMIT, CpuidFeature.PKU,
        CpuidFeature.CET_IBT, CpuidFeature.CET_SS, CpuidFeature.MPX, CpuidFeature.UINTR, CpuidFeature.WAITPKG, CpuidFeature.ENQCMD,
        CpuidFeature.MOVDIRI, CpuidFeature.MOVDIR64B, CpuidFeature.PTWRITE, CpuidFeature.PCONFIG, CpuidFeature.PCOMMIT, CpuidFeature.SERIALIZE,
        CpuidFeature.HRESET, CpuidFeature.KL, CpuidFeature.AESKLE, CpuidFeature.WIDE_KL, CpuidFeature.CLZERO, CpuidFeature.CLWB, CpuidFeature.RAO_INT,
        CpuidFeature.CMPCCXADD, CpuidFeature.MSRLIST, CpuidFeature.WRMSRNS, CpuidFeature.FRED, CpuidFeature.LKGS, CpuidFeature.RMPQUERY,
        CpuidFeature.PADLOCK_ACE, CpuidFeature.PADLOCK_GMI, CpuidFeature.PADLOCK_PHE, CpuidFeature.PADLOCK_PMM, CpuidFeature.PADLOCK_RNG,
        CpuidFeature.PADLOCK_UNDOC, CpuidFeature.CENTAUR_AIS, CpuidFeature.TSE,
    ];

    /// <summary>True if the instruction belongs to a feature that the processor does not have.</summary>
    public static bool Lacks(Code code)
    {
        foreach (CpuidFeature feature in code.CpuidFeatures())
        {
            if (Absent.Contains(feature))
                return true;
        }

        return false;
    }
}
