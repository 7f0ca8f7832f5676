using System.Runtime.Intrinsics.X86;

namespace Rebound.Jit.Cpu;

/// <summary>The models a machine can have. A new one is a row of <see cref="All"/>.</summary>
public static class CpuModelCatalog
{
    public const string DefaultName = "x86-64-v3";

    private const CpuFeatures Level1 = CpuFeatures.Fpu | CpuFeatures.Tsc | CpuFeatures.Msr | CpuFeatures.Pae | CpuFeatures.Cx8 | CpuFeatures.Cmov
        | CpuFeatures.Pat | CpuFeatures.Clflush | CpuFeatures.Mmx | CpuFeatures.Fxsr | CpuFeatures.Sse | CpuFeatures.Sse2 | CpuFeatures.Syscall
        | CpuFeatures.NoExecute | CpuFeatures.LongMode | CpuFeatures.DebugExtensions;

    private const CpuFeatures Level2 = Level1 | CpuFeatures.Cx16 | CpuFeatures.LahfSahf | CpuFeatures.Popcnt | CpuFeatures.Sse3 | CpuFeatures.Ssse3
        | CpuFeatures.Sse41 | CpuFeatures.Sse42 | CpuFeatures.Rdtscp;

    // Processors of level 3 have these besides what the level names.
    private const CpuFeatures Level3 = Level2 | CpuFeatures.Avx | CpuFeatures.Avx2 | CpuFeatures.Bmi1 | CpuFeatures.Bmi2 | CpuFeatures.F16c | CpuFeatures.Fma
        | CpuFeatures.Lzcnt | CpuFeatures.Movbe | CpuFeatures.Xsave
        | CpuFeatures.Xsaveopt | CpuFeatures.FsGsBase | CpuFeatures.Erms | CpuFeatures.PrefetchW;

    /// <summary>Every feature this engine knows, whatever the host has: for machines that are not a guest's.</summary>
    public static CpuModel Everything { get; } = new()
    {
        Name = "everything",
        Summary = "every feature there is",
        Features = (CpuFeatures)((2 * (ulong)CpuFeatures.Fsrm) - 1),
    };

    /// <summary>The models, in the order in which lists show them.</summary>
    public static IReadOnlyList<CpuModel> All { get; } = Array.AsReadOnly<CpuModel>(
    [
        new() { Name = "x86-64-v1", Summary = "the base: SSE2", Features = Level1 },
        new() { Name = "x86-64-v2", Summary = "level 2: SSE4.2, POPCNT, CMPXCHG16B", Features = Level2 },
        new() { Name = "x86-64-v3", Summary = "level 3: AVX2, FMA, BMI, with XSAVE and FSGSBASE", Features = Level3 },
        new() { Name = "host", Summary = "what this host and this engine both have", Features = HostFeatures() },
        new()
        {
            Name = "qemu64",
            Summary = "as QEMU's default: the base, SSE3, CMPXCHG16B, LAHF",
            Features = Level1 | CpuFeatures.Sse3 | CpuFeatures.Cx16 | CpuFeatures.LahfSahf,
            Brand = "QEMU Virtual CPU version 2.5+",
        },
    ]);

    /// <summary>The model of that name, or null.</summary>
    public static CpuModel? Find(string name) => All.FirstOrDefault(model => model.Name == name);

    /// <summary>What the host shows; level 1 on a host of another architecture, where everything is portable code.</summary>
    private static CpuFeatures HostFeatures()
    {
        if (!X86Base.IsSupported)
            return Level1;
        return Level1 | CpuidBits.Read((leaf, subleaf) =>
        {
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId((int)leaf, (int)subleaf);
            return new CpuidResult((uint)eax, (uint)ebx, (uint)ecx, (uint)edx);
        });
    }
}
