using Rebound.Jit.Cpu;
using Rebound.Jit.Judge;

namespace Rebound.User.Tests.Bench;

/// <summary>The machine around a program's processor: a CPUID model, a counter of one tick per instruction, two flat user segments.</summary>
internal sealed unsafe class UserEnvironment(CpuModel model) : ICpuEnvironment
{
    private const uint MaximumBasic = 0x0d;
    private const uint MaximumExtended = 0x8000_0008;

    /// <summary>CR4.OSFXSR and OSXMMEXCPT.</summary>
    private const ulong SseEnabled = (1 << 9) | (1 << 10);

    private const ulong FsGsBaseEnabled = 1 << 16;

    /// <summary>Bit of OSXSAVE in ecx of leaf 1.</summary>
    private const uint XsaveEnabled = 1 << 27;

    /// <summary>Bytes of x87, SSE and AVX state in XSAVE's standard format.</summary>
    private const uint XsaveBytes = 832;

    public ulong ReadTimestampCounter(ulong retired) => retired;

    public CpuidResult Cpuid(uint leaf, uint subleaf) => leaf switch
    {
        0 => new CpuidResult(MaximumBasic, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
        1 => Features(leaf, 0) with { Eax = model.Signature, Ebx = 8 << 8, Ecx = Features(leaf, 0).Ecx | (HasXsave ? XsaveEnabled : 0) },
        7 when subleaf == 0 => Features(leaf, 0),
        0x0d when HasXsave => Xsave(subleaf),
        0x8000_0000 => new CpuidResult(MaximumExtended, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
        0x8000_0001 => Features(leaf, 0) with { Eax = model.Signature },
        // Caches: 32 KiB and 32 KiB of first level, 512 KiB of second, 16 MiB of third.
        0x8000_0005 => new CpuidResult(0, 0, 0x2008_0140, 0x2008_0140),
        0x8000_0006 => new CpuidResult(0, 0, 0x0200_8140, 0x0080_9140),
        0x8000_0008 => new CpuidResult(48 | (48 << 8), 0, 0, 0),
        _ => default,
    };

    /// <summary>Switches on what the operating system of such a processor would.</summary>
    public void Prepare(CpuState* state)
    {
        state->Cr4 = SseEnabled | (model.Has(CpuFeatures.FsGsBase) ? FsGsBaseEnabled : 0) | (HasXsave ? CpuContext.Cr4OsXsave : 0);
        state->Xcr0 = HasXsave ? 7u : 1u;
    }

    public bool TryReadDescriptor(ushort selector, out ulong descriptor)
    {
        descriptor = (selector & ~7) switch
        {
            FlatProcessor.UserCode & ~7 => 0x00af_fb00_0000_ffff,
            FlatProcessor.UserData & ~7 => 0x00cf_f300_0000_ffff,
            _ => 0,
        };
        return (selector & ~7) < 0x40;
    }

    private bool HasXsave => model.Has(CpuFeatures.Xsave);

    private CpuidResult Features(uint leaf, uint subleaf) => new(
        CpuidBits.Word(model.Features, leaf, CpuidRegister.Eax, subleaf),
        CpuidBits.Word(model.Features, leaf, CpuidRegister.Ebx, subleaf),
        CpuidBits.Word(model.Features, leaf, CpuidRegister.Ecx, subleaf),
        CpuidBits.Word(model.Features, leaf, CpuidRegister.Edx, subleaf));

    private CpuidResult Xsave(uint subleaf) => subleaf switch
    {
        0 => new CpuidResult(7, XsaveBytes, XsaveBytes, 0),
        1 => Features(0x0d, 1) with { Ebx = XsaveBytes },
        2 => new CpuidResult(256, 576, 0, 0),
        _ => default,
    };
}
