namespace Rebound.Jit.Cpu;

/// <summary>
/// What processors can have beyond the base of 64-bit mode. Where CPUID shows each is in <see cref="CpuidBits"/>; which instructions belong to each
/// is the lifter's to know. What this engine never has (AVX-512, AMX, 3DNow!, virtualisation ...) has no member here.
/// </summary>
[Flags]
public enum CpuFeatures : ulong
{
    None = 0,

    // Level 1 of the x86-64 psABI
    Fpu = 1UL << 0,
    Tsc = 1UL << 1,
    Msr = 1UL << 2,
    Pae = 1UL << 3,
    Cx8 = 1UL << 4,
    Cmov = 1UL << 5,
    Pat = 1UL << 6,
    Clflush = 1UL << 7,
    Mmx = 1UL << 8,
    Fxsr = 1UL << 9,
    Sse = 1UL << 10,
    Sse2 = 1UL << 11,
    Syscall = 1UL << 12,
    NoExecute = 1UL << 13,
    LongMode = 1UL << 14,

    /// <summary>CR4.DE: breakpoints on ports, and DR4 and DR5 undefined.</summary>
    DebugExtensions = 1UL << 15,

    // Level 2
    Cx16 = 1UL << 16,
    LahfSahf = 1UL << 17,
    Popcnt = 1UL << 18,
    Sse3 = 1UL << 19,
    Ssse3 = 1UL << 20,
    Sse41 = 1UL << 21,
    Sse42 = 1UL << 22,

    // Level 3
    Avx = 1UL << 23,
    Avx2 = 1UL << 24,
    Bmi1 = 1UL << 25,
    Bmi2 = 1UL << 26,
    F16c = 1UL << 27,
    Fma = 1UL << 28,

    /// <summary>LZCNT; AMD calls it ABM.</summary>
    Lzcnt = 1UL << 29,
    Movbe = 1UL << 30,
    Xsave = 1UL << 31,

    // Besides the levels
    Xsaveopt = 1UL << 32,
    Xsavec = 1UL << 33,

    /// <summary>XGETBV of register 1: XCR0 and XINUSE.</summary>
    Xgetbv1 = 1UL << 34,
    FsGsBase = 1UL << 35,
    Rdtscp = 1UL << 36,
    Rdpid = 1UL << 37,
    Rdrand = 1UL << 38,
    Rdseed = 1UL << 39,
    Adx = 1UL << 40,
    Aes = 1UL << 41,
    Pclmulqdq = 1UL << 42,
    Sha = 1UL << 43,
    Gfni = 1UL << 44,
    Vaes = 1UL << 45,
    Vpclmulqdq = 1UL << 46,
    ClflushOpt = 1UL << 47,
    Clwb = 1UL << 48,

    /// <summary>PREFETCH and PREFETCHW; without the bit they are NOPs as well.</summary>
    PrefetchW = 1UL << 49,
    Serialize = 1UL << 50,

    /// <summary>Fast REP MOVSB and REP STOSB: a promise of speed.</summary>
    Erms = 1UL << 51,

    /// <summary>The same for short strings.</summary>
    Fsrm = 1UL << 52,
}
