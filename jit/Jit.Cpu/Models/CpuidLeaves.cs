namespace Rebound.Jit.Cpu;

/// <summary>
/// CPUID as a processor model answers it: AMD's leaves of one processor with one thread (AMD APM vol. 3, appendix E). Leaves from 0x40000000 on
/// are a hypervisor's and not here.
/// </summary>
public static class CpuidLeaves
{
    public const uint MaximumBasic = 0x0d;
    public const uint ExtendedBase = 0x8000_0000;
    public const uint MaximumExtended = 0x8000_0008;

    /// <summary>CLFLUSH works on 8 quadwords; one logical processor.</summary>
    private const uint LineAndThreads = (8 << 8) | (1 << 16);

    private const uint OsXsave = 1 << 27;
    private const int BrandBytes = 48;

    // KiB, associativity (in 0x80000006 as a code: 6 is 8, 8 is 16 ways), lines per tag, bytes per line.
    private const uint L1Data = (32 << 24) | (8 << 16) | (1 << 8) | 64;
    private const uint L1Code = L1Data;
    private const uint L2 = (512 << 16) | (6 << 12) | (1 << 8) | 64;

    /// <summary>The same, its size in units of 512 KiB: 8 MiB.</summary>
    private const uint L3 = (16 << 18) | (8 << 12) | (1 << 8) | 64;

    /// <summary>48 bits of physical and of virtual address.</summary>
    private const uint AddressWidths = 48 | (48 << 8);

    /// <summary>Leaf 0xb's level types: thread and core.</summary>
    private const uint ThreadLevel = 1 << 8;
    private const uint CoreLevel = (2 << 8) | 1;

    /// <summary>Answers a leaf; zeros for leaves that do not exist.</summary>
    /// <param name="model">The processor.</param>
    /// <param name="cr4">CR4, of which OSXSAVE shows.</param>
    /// <param name="xcr0">XCR0, which decides a size.</param>
    /// <param name="leaf">eax.</param>
    /// <param name="subleaf">ecx.</param>
    public static CpuidResult Read(CpuModel model, ulong cr4, ulong xcr0, uint leaf, uint subleaf)
    {
        ArgumentNullException.ThrowIfNull(model);
        return leaf switch
        {
            // "AuthenticAMD": SYSCALL exists from 32-bit code too, SYSENTER does not exist in long mode.
            0 => new CpuidResult(MaximumBasic, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
            ExtendedBase => new CpuidResult(MaximumExtended, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
            1 => Features(model, leaf, model.Signature, LineAndThreads, (cr4 & CpuContext.Cr4OsXsave) != 0 ? OsXsave : 0),
            7 when subleaf == 0 => Features(model, leaf, 0, 0, 0),
            0xb => Topology(subleaf),
            0xd when model.Has(CpuFeatures.Xsave) => ExtendedStates(model, xcr0, subleaf),
            0x8000_0001 => Features(model, leaf, model.Signature, 0, 0),
            0x8000_0002 or 0x8000_0003 or 0x8000_0004 => Brand(model, (int)(leaf - 0x8000_0002)),
            0x8000_0005 => new CpuidResult(0, 0, L1Data, L1Code),
            0x8000_0006 => new CpuidResult(0, 0, L2, L3),
            0x8000_0008 => new CpuidResult(AddressWidths, 0, 0, 0),
            _ => default,
        };
    }

    private static CpuidResult Features(CpuModel model, uint leaf, uint eax, uint ebx, uint ecx) => new(
        eax,
        ebx | CpuidBits.Word(model.Features, leaf, CpuidRegister.Ebx),
        ecx | CpuidBits.Word(model.Features, leaf, CpuidRegister.Ecx),
        CpuidBits.Word(model.Features, leaf, CpuidRegister.Edx) | (leaf == 0x8000_0001 ? Repeated(model) : 0));

    /// <summary>AMD repeats what leaf 1 says of features older than SSE.</summary>
    private static uint Repeated(CpuModel model)
    {
        const uint old = 0x0183_f3ff & ~(1u << 19);
        return CpuidBits.Word(model.Features, 1, CpuidRegister.Edx) & old;
    }

    private static CpuidResult Topology(uint subleaf) => subleaf switch
    {
        0 => new CpuidResult(0, 1, ThreadLevel, 0),
        1 => new CpuidResult(0, 1, CoreLevel, 0),
        _ => new CpuidResult(0, 0, subleaf & 0xff, 0),
    };

    private static CpuidResult ExtendedStates(CpuModel model, ulong xcr0, uint subleaf)
    {
        ulong supported = ExtendedState.Supported(model);
        return subleaf switch
        {
            0 => new CpuidResult((uint)supported, (uint)ExtendedState.ImageBytes(xcr0), (uint)ExtendedState.ImageBytes(supported), 0),
            1 => new CpuidResult(
                CpuidBits.Word(model.Features, 0xd, CpuidRegister.Eax, 1),
                model.Has(CpuFeatures.Xsavec) ? (uint)ExtendedState.ImageBytes(xcr0) : 0,
                0,
                0),
            2 when (supported & ExtendedState.Avx) != 0 => new CpuidResult(ExtendedState.AvxBytes, ExtendedState.AvxOffset, 0, 0),
            _ => default,
        };
    }

    private static CpuidResult Brand(CpuModel model, int part)
    {
        string text = model.Brand.PadRight(BrandBytes, '\0');
        uint Word(int at) => text[at] | ((uint)text[at + 1] << 8) | ((uint)text[at + 2] << 16) | ((uint)text[at + 3] << 24);
        int start = part * 16;
        return new CpuidResult(Word(start), Word(start + 4), Word(start + 8), Word(start + 12));
    }
}
