using System.Collections.Frozen;
using Iced.Intel;
using F = Iced.Intel.CpuidFeature;

namespace Rebound.Engine.Cli.Instructions;

/// <summary>The families of instructions that the engine undertakes to have, complete.</summary>
public static class InstructionFamilies
{
    /// <summary>Features whose instructions must all be there.</summary>
    public static IReadOnlySet<F> Required { get; } = FrozenSet.Create(
    [
        // Base
        F.INTEL8086, F.INTEL186, F.INTEL286, F.INTEL386, F.INTEL486, F.X64, F.CMOV, F.MULTIBYTENOP, F.MOVBE, F.POPCNT, F.LZCNT, F.BMI1, F.BMI2, F.ADX,
        F.CX8, F.CMPXCHG16B, F.FSGSBASE, F.RDPID, F.RDTSCP, F.RDRAND, F.RDSEED, F.CLFSH, F.CLFLUSHOPT, F.CLWB, F.PREFETCHW, F.PAUSE, F.SERIALIZE,

        // Floating point and vectors
        F.FPU, F.FPU287, F.FPU387, F.MMX, F.SSE, F.SSE2, F.SSE3, F.SSSE3, F.SSE4_1, F.SSE4_2, F.AES, F.PCLMULQDQ, F.SHA, F.GFNI, F.F16C, F.AVX, F.AVX2, F.FMA,
        F.VAES, F.VPCLMULQDQ, F.FXSR, F.XSAVE, F.XSAVEOPT, F.XSAVEC,

        // System
        F.CPUID, F.TSC, F.MSR, F.SYSCALL, F.SEP, F.RDPMC, F.SMM, F.WBNOINVD,

        // Hints, and NOPs without the feature
        F.CET_IBT, F.CLDEMOTE, F.PREFETCHITI, F.PREFETCHWT1,
    ]);

    /// <summary>True if everything that the instruction needs is required.</summary>
    public static bool IsRequired(Code code) => code.CpuidFeatures().All(Required.Contains);

    /// <summary>The instruction's features, joined by "+", the one that makes it what it is last.</summary>
    public static string NameOf(Code code) => string.Join("+", code.CpuidFeatures().Order().Select(feature => feature.ToString()));
}
