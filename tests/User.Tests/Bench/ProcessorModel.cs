using Rebound.Jit.Cpu;

namespace Rebound.User.Tests.Bench;

/// <summary>Features by the levels of the x86-64 psABI, as CPUID says them.</summary>
internal sealed unsafe class ProcessorModel
{
    private const uint MaximumBasic = 0x0d;
    private const uint MaximumExtended = 0x8000_0008;
    private const uint Signature = 0x0006_0fb1;

    /// <summary>CR4.OSFXSR and OSXMMEXCPT.</summary>
    private const ulong SseEnabled = (1 << 9) | (1 << 10);

    private const ulong FsGsBaseEnabled = 1 << 16;
    private const ulong XsaveEnabled = 1 << 18;

    /// <summary>XCR0: x87, SSE and AVX state.</summary>
    private const ulong AllState = 7;

    private readonly uint _leaf1Ecx;
    private readonly uint _leaf7Ebx;
    private readonly uint _leaf7Ecx;
    private readonly uint _extendedEcx;

    private ProcessorModel(string name, uint leaf1Ecx, uint leaf7Ebx, uint leaf7Ecx, uint extendedEcx)
    {
        Name = name;
        _leaf1Ecx = leaf1Ecx;
        _leaf7Ebx = leaf7Ebx;
        _leaf7Ecx = leaf7Ecx;
        _extendedEcx = extendedEcx;
    }

    public string Name { get; }

    /// <summary>True if the operating system has enabled the upper halves of the vector registers.</summary>
    public bool HasAvx => (_leaf1Ecx & (1 << 28)) != 0;

    /// <summary>x86-64-v1: nothing newer than SSE2.</summary>
    public static ProcessorModel V1 => new("x86-64-v1", 0, 0, 0, 0);

    /// <summary>x86-64-v2: SSE3, SSSE3, SSE4.1, SSE4.2, POPCNT, CMPXCHG16B, LAHF.</summary>
    public static ProcessorModel V2 => new("x86-64-v2", Level2, 0, 0, 1);

    /// <summary>
    /// x86-64-v3: AVX, AVX2, FMA, F16C, BMI1, BMI2, LZCNT, MOVBE, XSAVE; and, beyond the level, AES, PCLMULQDQ, SHA, GFNI, VAES,
    /// VPCLMULQDQ, ADX and fast REP MOVSB.
    /// </summary>
    public static ProcessorModel V3 => new(
        "x86-64-v3",
        Level2 | (1 << 1) | (1 << 12) | (1 << 22) | (1 << 25) | (1 << 26) | (1 << 27) | (1 << 28) | (1 << 29),
        (1 << 3) | (1 << 5) | (1 << 8) | (1 << 9) | (1 << 19) | (1 << 29),
        (1 << 8) | (1 << 9) | (1 << 10),
        1 | (1 << 5));

    /// <summary>The model of a level of the psABI: 1, 2 or 3.</summary>
    public static ProcessorModel Level(int level) => level switch
    {
        1 => V1,
        2 => V2,
        3 => V3,
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };

    private static uint Level2 => (1 << 0) | (1 << 9) | (1 << 13) | (1 << 19) | (1 << 20) | (1 << 23);

    /// <summary>The four registers for a leaf.</summary>
    public CpuidResult Leaf(uint leaf, uint subleaf) => leaf switch
    {
        0 => new CpuidResult(MaximumBasic, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
        1 => new CpuidResult(Signature, 8 << 8, _leaf1Ecx, Leaf1Edx),
        7 when subleaf == 0 => new CpuidResult(0, _leaf7Ebx, _leaf7Ecx, 0),
        0x0d when HasAvx => Xsave(subleaf),
        0x8000_0000 => new CpuidResult(MaximumExtended, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
        0x8000_0001 => new CpuidResult(Signature, 0, _extendedEcx, (1 << 11) | (1 << 20) | (1 << 29)),
        // Caches: 32 KiB and 32 KiB of first level, 512 KiB of second, 16 MiB of third.
        0x8000_0005 => new CpuidResult(0, 0, 0x2008_0140, 0x2008_0140),
        0x8000_0006 => new CpuidResult(0, 0, 0x0200_8140, 0x0080_9140),
        0x8000_0008 => new CpuidResult(48 | (48 << 8), 0, 0, 0),
        _ => default,
    };

    // FPU TSC MSR CX8 CMOV CLFSH MMX FXSR SSE SSE2.
    private static uint Leaf1Edx => (1 << 0) | (1 << 4) | (1 << 5) | (1 << 8) | (1 << 15) | (1 << 19) | (1 << 23) | (1 << 24) | (1 << 25) | (1 << 26);

    /// <summary>Switches on what the operating system of such a processor would.</summary>
    public void Prepare(CpuState* state)
    {
        state->Cr4 = SseEnabled | FsGsBaseEnabled | (HasAvx ? XsaveEnabled : 0);
        state->Xcr0 = HasAvx ? AllState : 1;
    }

    public override string ToString() => Name;

    // x87, SSE and AVX state in the standard format.
    private static CpuidResult Xsave(uint subleaf) => subleaf switch
    {
        0 => new CpuidResult(7, 832, 832, 0),
        2 => new CpuidResult(256, 576, 0, 0),
        _ => default,
    };
}
