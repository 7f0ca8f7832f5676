using System.Runtime.Intrinsics.X86;
using Iced.Intel;

namespace Rebound.Jit.Judge;

/// <summary>Which instructions the host's processor has, by CPUID: only those can be judged on it.</summary>
public static class HostFeatures
{
    private const uint Extended = 0x8000_0001;

    /// <summary>True if the host can execute a code natively.</summary>
    public static bool Has(Code code) => code.CpuidFeatures().All(Has);

    /// <summary>The feature by which a code is reported: its last, which is the one that brought it.</summary>
    public static string FamilyOf(Code code)
    {
        CpuidFeature[] features = code.CpuidFeatures();
        return features.Length == 0 ? "none" : string.Join("+", features);
    }

    /// <summary>True if the host has a feature. Those that every 64-bit processor has count as present.</summary>
    public static bool Has(CpuidFeature feature)
    {
        if (!X86Base.IsSupported)
            return false;
        return feature switch
        {
            CpuidFeature.SSE3 => Bit(1, 0, Register.ECX, 0),
            CpuidFeature.PCLMULQDQ => Bit(1, 0, Register.ECX, 1),
            CpuidFeature.SSSE3 => Bit(1, 0, Register.ECX, 9),
            CpuidFeature.FMA => Avx && Bit(1, 0, Register.ECX, 12),
            CpuidFeature.CMPXCHG16B => Bit(1, 0, Register.ECX, 13),
            CpuidFeature.SSE4_1 => Bit(1, 0, Register.ECX, 19),
            CpuidFeature.SSE4_2 => Bit(1, 0, Register.ECX, 20),
            CpuidFeature.MOVBE => Bit(1, 0, Register.ECX, 22),
            CpuidFeature.POPCNT => Bit(1, 0, Register.ECX, 23),
            CpuidFeature.AES => Bit(1, 0, Register.ECX, 25),
            CpuidFeature.XSAVE => Bit(1, 0, Register.ECX, 27),
            CpuidFeature.AVX => Avx,
            CpuidFeature.F16C => Avx && Bit(1, 0, Register.ECX, 29),
            CpuidFeature.RDRAND => Bit(1, 0, Register.ECX, 30),
            CpuidFeature.FSGSBASE => Bit(7, 0, Register.EBX, 0),
            CpuidFeature.BMI1 => Bit(7, 0, Register.EBX, 3),
            CpuidFeature.AVX2 => Avx && Bit(7, 0, Register.EBX, 5),
            CpuidFeature.BMI2 => Bit(7, 0, Register.EBX, 8),
            CpuidFeature.RDSEED => Bit(7, 0, Register.EBX, 18),
            CpuidFeature.ADX => Bit(7, 0, Register.EBX, 19),
            CpuidFeature.CLFLUSHOPT => Bit(7, 0, Register.EBX, 23),
            CpuidFeature.CLWB => Bit(7, 0, Register.EBX, 24),
            CpuidFeature.SHA => Bit(7, 0, Register.EBX, 29),
            CpuidFeature.GFNI => Bit(7, 0, Register.ECX, 8),
            CpuidFeature.VAES => Avx && Bit(7, 0, Register.ECX, 9),
            CpuidFeature.VPCLMULQDQ => Avx && Bit(7, 0, Register.ECX, 10),
            CpuidFeature.RDPID => Bit(7, 0, Register.ECX, 22),
            CpuidFeature.MOVDIRI => Bit(7, 0, Register.ECX, 27),
            CpuidFeature.MOVDIR64B => Bit(7, 0, Register.ECX, 28),
            CpuidFeature.SERIALIZE => Bit(7, 0, Register.EDX, 14),
            CpuidFeature.XSAVEOPT => Bit(0xd, 1, Register.EAX, 0),
            CpuidFeature.XSAVEC => Bit(0xd, 1, Register.EAX, 1),
            CpuidFeature.LZCNT => Bit(Extended, 0, Register.ECX, 5),
            CpuidFeature.SSE4A => Bit(Extended, 0, Register.ECX, 6),
            CpuidFeature.PREFETCHW => Bit(Extended, 0, Register.ECX, 8),
            CpuidFeature.RDTSCP => Bit(Extended, 0, Register.EDX, 27),
            _ => IsBase(feature),
        };
    }

    // The operating system must save the registers too, which the framework checks.
    private static bool Avx => System.Runtime.Intrinsics.X86.Avx.IsSupported;

    internal static bool IsBase(CpuidFeature feature) => feature is CpuidFeature.INTEL8086 or CpuidFeature.INTEL186 or CpuidFeature.INTEL286 or CpuidFeature.INTEL386
        or CpuidFeature.INTEL486 or CpuidFeature.X64 or CpuidFeature.CMOV or CpuidFeature.CPUID or CpuidFeature.CX8 or CpuidFeature.FPU or CpuidFeature.FPU287
        or CpuidFeature.FPU387 or CpuidFeature.FXSR or CpuidFeature.MMX or CpuidFeature.SSE or CpuidFeature.SSE2 or CpuidFeature.MSR or CpuidFeature.TSC
        or CpuidFeature.MULTIBYTENOP or CpuidFeature.PAUSE or CpuidFeature.SYSCALL or CpuidFeature.SEP or CpuidFeature.CLFSH or CpuidFeature.RDPMC
        or CpuidFeature.CET_IBT or CpuidFeature.CET_SS or CpuidFeature.CLDEMOTE or CpuidFeature.MPX
        // An older processor takes it for WBINVD, which a user program may not execute either.
        or CpuidFeature.WBNOINVD;

    private static bool Bit(uint leaf, uint subleaf, Register register, int bit)
    {
        (int most, _, _, _) = X86Base.CpuId((int)(leaf & 0x8000_0000), 0);
        if ((uint)most < leaf)
            return false;
        (int eax, int ebx, int ecx, int edx) = X86Base.CpuId((int)leaf, (int)subleaf);
        int word = register switch { Register.EAX => eax, Register.EBX => ebx, Register.ECX => ecx, _ => edx };
        return (word >> bit & 1) != 0;
    }
}
