namespace Rebound.Jit.Cpu;

/// <summary>The registers CPUID writes.</summary>
public enum CpuidRegister : byte
{
    Eax,
    Ebx,
    Ecx,
    Edx,
}

/// <summary>Where CPUID shows a feature.</summary>
public readonly record struct CpuidBit(CpuFeatures Feature, uint Leaf, CpuidRegister Register, int Bit, uint Subleaf = 0);

/// <summary>The bit of CPUID for every feature (Intel SDM vol. 2, CPUID; AMD APM vol. 3, appendix E).</summary>
public static class CpuidBits
{
    private const uint Structured = 7;
    private const uint ExtendedState = 0xd;
    private const uint Extended = 0x8000_0001;

#pragma warning disable format // a table: its columns are aligned
    private static readonly CpuidBit[] Table =
    [
        new(CpuFeatures.Fpu,             1, CpuidRegister.Edx, 0),
        new(CpuFeatures.DebugExtensions, 1, CpuidRegister.Edx, 2),
        new(CpuFeatures.Tsc,             1, CpuidRegister.Edx, 4),
        new(CpuFeatures.Msr,             1, CpuidRegister.Edx, 5),
        new(CpuFeatures.Pae,             1, CpuidRegister.Edx, 6),
        new(CpuFeatures.Cx8,             1, CpuidRegister.Edx, 8),
        new(CpuFeatures.Cmov,            1, CpuidRegister.Edx, 15),
        new(CpuFeatures.Pat,             1, CpuidRegister.Edx, 16),
        new(CpuFeatures.Clflush,         1, CpuidRegister.Edx, 19),
        new(CpuFeatures.Mmx,             1, CpuidRegister.Edx, 23),
        new(CpuFeatures.Fxsr,            1, CpuidRegister.Edx, 24),
        new(CpuFeatures.Sse,             1, CpuidRegister.Edx, 25),
        new(CpuFeatures.Sse2,            1, CpuidRegister.Edx, 26),
        new(CpuFeatures.Sse3,            1, CpuidRegister.Ecx, 0),
        new(CpuFeatures.Pclmulqdq,       1, CpuidRegister.Ecx, 1),
        new(CpuFeatures.Ssse3,           1, CpuidRegister.Ecx, 9),
        new(CpuFeatures.Fma,             1, CpuidRegister.Ecx, 12),
        new(CpuFeatures.Cx16,            1, CpuidRegister.Ecx, 13),
        new(CpuFeatures.Sse41,           1, CpuidRegister.Ecx, 19),
        new(CpuFeatures.Sse42,           1, CpuidRegister.Ecx, 20),
        new(CpuFeatures.Movbe,           1, CpuidRegister.Ecx, 22),
        new(CpuFeatures.Popcnt,          1, CpuidRegister.Ecx, 23),
        new(CpuFeatures.Aes,             1, CpuidRegister.Ecx, 25),
        new(CpuFeatures.Xsave,           1, CpuidRegister.Ecx, 26),
        new(CpuFeatures.Avx,             1, CpuidRegister.Ecx, 28),
        new(CpuFeatures.F16c,            1, CpuidRegister.Ecx, 29),
        new(CpuFeatures.Rdrand,          1, CpuidRegister.Ecx, 30),
        new(CpuFeatures.FsGsBase,   Structured, CpuidRegister.Ebx, 0),
        new(CpuFeatures.Bmi1,       Structured, CpuidRegister.Ebx, 3),
        new(CpuFeatures.Avx2,       Structured, CpuidRegister.Ebx, 5),
        new(CpuFeatures.Bmi2,       Structured, CpuidRegister.Ebx, 8),
        new(CpuFeatures.Erms,       Structured, CpuidRegister.Ebx, 9),
        new(CpuFeatures.Rdseed,     Structured, CpuidRegister.Ebx, 18),
        new(CpuFeatures.Adx,        Structured, CpuidRegister.Ebx, 19),
        new(CpuFeatures.ClflushOpt, Structured, CpuidRegister.Ebx, 23),
        new(CpuFeatures.Clwb,       Structured, CpuidRegister.Ebx, 24),
        new(CpuFeatures.Sha,        Structured, CpuidRegister.Ebx, 29),
        new(CpuFeatures.Gfni,       Structured, CpuidRegister.Ecx, 8),
        new(CpuFeatures.Vaes,       Structured, CpuidRegister.Ecx, 9),
        new(CpuFeatures.Vpclmulqdq, Structured, CpuidRegister.Ecx, 10),
        new(CpuFeatures.Rdpid,      Structured, CpuidRegister.Ecx, 22),
        new(CpuFeatures.Fsrm,       Structured, CpuidRegister.Edx, 4),
        new(CpuFeatures.Serialize,  Structured, CpuidRegister.Edx, 14),
        new(CpuFeatures.Xsaveopt, ExtendedState, CpuidRegister.Eax, 0, Subleaf: 1),
        new(CpuFeatures.Xsavec,   ExtendedState, CpuidRegister.Eax, 1, Subleaf: 1),
        new(CpuFeatures.Xgetbv1,  ExtendedState, CpuidRegister.Eax, 2, Subleaf: 1),
        new(CpuFeatures.Syscall,    Extended, CpuidRegister.Edx, 11),
        new(CpuFeatures.NoExecute,  Extended, CpuidRegister.Edx, 20),
        new(CpuFeatures.Rdtscp,     Extended, CpuidRegister.Edx, 27),
        new(CpuFeatures.LongMode,   Extended, CpuidRegister.Edx, 29),
        new(CpuFeatures.LahfSahf,   Extended, CpuidRegister.Ecx, 0),
        new(CpuFeatures.Lzcnt,      Extended, CpuidRegister.Ecx, 5),
        new(CpuFeatures.PrefetchW,  Extended, CpuidRegister.Ecx, 8),
    ];
#pragma warning restore format

    /// <summary>Every feature's bit, one each.</summary>
    public static IReadOnlyList<CpuidBit> All => Array.AsReadOnly(Table);

    /// <summary>The bits of one register of a leaf for a set of features.</summary>
    public static uint Word(CpuFeatures features, uint leaf, CpuidRegister register, uint subleaf = 0)
    {
        uint word = 0;
        foreach (CpuidBit bit in Table)
        {
            if (bit.Leaf == leaf && bit.Subleaf == subleaf && bit.Register == register && (features & bit.Feature) != 0)
                word |= 1u << bit.Bit;
        }

        return word;
    }

    /// <summary>The features that a processor shows through CPUID.</summary>
    /// <param name="cpuid">The processor: leaf and subleaf to registers.</param>
    public static CpuFeatures Read(Func<uint, uint, CpuidResult> cpuid)
    {
        ArgumentNullException.ThrowIfNull(cpuid);
        CpuFeatures features = CpuFeatures.None;
        foreach (CpuidBit bit in Table)
        {
            uint range = bit.Leaf & 0x8000_0000;
            if (cpuid(range, 0).Eax < bit.Leaf)
                continue;
            CpuidResult result = cpuid(bit.Leaf, bit.Subleaf);
            uint word = bit.Register switch
            {
                CpuidRegister.Eax => result.Eax,
                CpuidRegister.Ebx => result.Ebx,
                CpuidRegister.Ecx => result.Ecx,
                _ => result.Edx,
            };
            if ((word & (1u << bit.Bit)) != 0)
                features |= bit.Feature;
        }

        return features;
    }
}
