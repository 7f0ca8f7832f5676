using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Lift;

/// <summary>Which features of a processor model an instruction needs: it is undefined (#UD) on a model that lacks one.</summary>
public static class ProcessorFeatures
{
    /// <summary>Stands for a feature that no model has.</summary>
    private const ulong Never = 1UL << 63;

    private static readonly ulong[] Needs = Array.ConvertAll(Enum.GetValues<Code>(), NeedsOf);

    /// <summary>
    /// The features that this build has: each of their instructions has a row in the table. Whoever offers a model to a guest takes what is in here.
    /// </summary>
    public static CpuFeatures Implemented { get; } = FindImplemented();

    /// <summary>True if the instruction belongs to a feature that is not among <paramref name="features"/>.</summary>
    public static bool Lacks(Code code, CpuFeatures features) => (Needs[(int)code] & ~(ulong)features) != 0;

    /// <summary>The features an instruction needs; null if no model can have it.</summary>
    public static CpuFeatures? Required(Code code) => (Needs[(int)code] & Never) != 0 ? null : (CpuFeatures)Needs[(int)code];

    private static ulong NeedsOf(Code code)
    {
        // What it reads does not exist, and then its encoding is a NOP.
        if (code is Code.Rdsspd_r32 or Code.Rdsspq_r64)
            return 0;
        ulong needs = 0;
        foreach (CpuidFeature feature in code.CpuidFeatures())
            needs |= FeatureOf(feature) is { } known ? (ulong)known : Never;
        return needs;
    }

    private static CpuFeatures FindImplemented()
    {
        CpuFeatures incomplete = CpuFeatures.None;
        foreach (Code code in Enum.GetValues<Code>())
        {
            OpCodeInfo info = code.ToOpCode();
            if (!info.IsInstruction || !info.Mode64 || info.IsReservedNop || Required(code) is not { } needed || InstructionTable.Find(code) != null)
                continue;
            // Of several, the one that makes the instruction what it is: the others are there without it.
            incomplete |= Narrowest(needed);
        }

        return CpuModelCatalog.Everything.Features & ~incomplete | Base;
    }

    /// <summary>What every model has, and this engine runs nothing without.</summary>
    private static CpuFeatures Base => CpuModelCatalog.Find("x86-64-v1")!.Features;

    /// <summary>AVX comes along with what its encodings extend (AES, GFNI ...): a missing form is then AVX's lack.</summary>
    private static CpuFeatures Narrowest(CpuFeatures needed) => (needed & CpuFeatures.Avx) != 0 ? CpuFeatures.Avx : needed;

#pragma warning disable format // a table: its columns are aligned
    /// <summary>Our name for a feature; None for what every 64-bit processor has, null for what no model has.</summary>
    private static CpuFeatures? FeatureOf(CpuidFeature feature) => feature switch
    {
        CpuidFeature.INTEL8086 or CpuidFeature.INTEL186 or CpuidFeature.INTEL286 or CpuidFeature.INTEL386 or CpuidFeature.INTEL486
            or CpuidFeature.X64 or CpuidFeature.CPUID or CpuidFeature.MULTIBYTENOP or CpuidFeature.PAUSE or CpuidFeature.RDPMC
            or CpuidFeature.SEP or CpuidFeature.SMM or CpuidFeature.WBNOINVD or CpuidFeature.CLDEMOTE
            or CpuidFeature.PREFETCHW or CpuidFeature.PREFETCHWT1 or CpuidFeature.PREFETCHITI or CpuidFeature.CET_IBT => CpuFeatures.None,
        CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387 => CpuFeatures.Fpu,
        CpuidFeature.TSC        => CpuFeatures.Tsc,
        CpuidFeature.MSR        => CpuFeatures.Msr,
        CpuidFeature.CX8        => CpuFeatures.Cx8,
        CpuidFeature.CMOV       => CpuFeatures.Cmov,
        CpuidFeature.CLFSH      => CpuFeatures.Clflush,
        CpuidFeature.MMX        => CpuFeatures.Mmx,
        CpuidFeature.FXSR       => CpuFeatures.Fxsr,
        CpuidFeature.SSE        => CpuFeatures.Sse,
        CpuidFeature.SSE2       => CpuFeatures.Sse2,
        CpuidFeature.SYSCALL    => CpuFeatures.Syscall,
        CpuidFeature.CMPXCHG16B => CpuFeatures.Cx16,
        CpuidFeature.POPCNT     => CpuFeatures.Popcnt,
        CpuidFeature.SSE3       => CpuFeatures.Sse3,
        CpuidFeature.SSSE3      => CpuFeatures.Ssse3,
        CpuidFeature.SSE4_1     => CpuFeatures.Sse41,
        CpuidFeature.SSE4_2     => CpuFeatures.Sse42,
        CpuidFeature.AVX        => CpuFeatures.Avx,
        CpuidFeature.AVX2       => CpuFeatures.Avx2,
        CpuidFeature.BMI1       => CpuFeatures.Bmi1,
        CpuidFeature.BMI2       => CpuFeatures.Bmi2,
        CpuidFeature.F16C       => CpuFeatures.F16c,
        CpuidFeature.FMA        => CpuFeatures.Fma,
        CpuidFeature.LZCNT      => CpuFeatures.Lzcnt,
        CpuidFeature.MOVBE      => CpuFeatures.Movbe,
        CpuidFeature.XSAVE      => CpuFeatures.Xsave,
        CpuidFeature.XSAVEOPT   => CpuFeatures.Xsaveopt,
        CpuidFeature.XSAVEC     => CpuFeatures.Xsavec,
        CpuidFeature.FSGSBASE   => CpuFeatures.FsGsBase,
        CpuidFeature.RDTSCP     => CpuFeatures.Rdtscp,
        CpuidFeature.RDPID      => CpuFeatures.Rdpid,
        CpuidFeature.RDRAND     => CpuFeatures.Rdrand,
        CpuidFeature.RDSEED     => CpuFeatures.Rdseed,
        CpuidFeature.ADX        => CpuFeatures.Adx,
        CpuidFeature.AES        => CpuFeatures.Aes,
        CpuidFeature.PCLMULQDQ  => CpuFeatures.Pclmulqdq,
        CpuidFeature.SHA        => CpuFeatures.Sha,
        CpuidFeature.GFNI       => CpuFeatures.Gfni,
        CpuidFeature.VAES       => CpuFeatures.Vaes,
        CpuidFeature.VPCLMULQDQ => CpuFeatures.Vpclmulqdq,
        CpuidFeature.CLFLUSHOPT => CpuFeatures.ClflushOpt,
        CpuidFeature.CLWB       => CpuFeatures.Clwb,
        CpuidFeature.SERIALIZE  => CpuFeatures.Serialize,
        _ => null,
    };
#pragma warning restore format
}
