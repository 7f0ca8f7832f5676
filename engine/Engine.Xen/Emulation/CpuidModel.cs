using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>CPUID as a PV guest sees it: a plain 64-bit processor with what the engine executes, and Xen's own leaves.</summary>
public static class CpuidModel
{
    private const uint XenBase = 0x4000_0000;
    private const uint ExtendedBase = 0x8000_0000;
    private const uint MaximumBasic = 0x0d;
    private const uint MaximumExtended = 0x8000_0008;

    // Leaf 1 edx: FPU DE TSC MSR PAE CX8 CMOV PAT CLFSH MMX FXSR SSE SSE2.
    private const uint Features1Edx = (1 << 0) | (1 << 2) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 8) | (1 << 15) | (1 << 16)
        | (1 << 19) | (1 << 23) | (1 << 24) | (1 << 25) | (1 << 26);

    // Leaf 1 ecx: CX16 MOVBE POPCNT HYPERVISOR.
    private const uint Features1Ecx = (1 << 13) | (1 << 22) | (1 << 23) | (1u << 31);

    // Leaf 7 ebx: BMI1 BMI2 ERMS.
    private const uint Features7Ebx = (1 << 3) | (1 << 8) | (1 << 9);

    // Leaf 0x80000001 edx: those of leaf 1 that AMD repeats, SYSCALL, NX, LM.
    private const uint FeaturesExtendedEdx = (Features1Edx & 0x0183_f3ff & ~(1u << 19)) | (1 << 11) | (1 << 20) | (1 << 29);

    // Leaf 0x80000001 ecx: LAHF, LZCNT (ABM).
    private const uint FeaturesExtendedEcx = (1 << 0) | (1 << 5);

    /// <summary>Family 15, model 107, stepping 1: a 64-bit AMD processor without anything newer than the bits above.</summary>
    private const uint Signature = 0x0006_0fb1;

    public static CpuidResult Read(Vcpu vcpu, uint leaf, uint subleaf) => leaf switch
    {
        >= XenBase and < XenBase + 0x100 => ReadXen(vcpu, leaf - XenBase, subleaf),
        >= ExtendedBase and <= MaximumExtended => ReadExtended(leaf),
        <= MaximumBasic => ReadBasic(leaf, subleaf),
        _ => default,
    };

    private static CpuidResult ReadBasic(uint leaf, uint subleaf) => leaf switch
    {
        // "AuthenticAMD": SYSCALL exists from 32-bit code too, SYSENTER does not exist in long mode.
        0 => new CpuidResult(MaximumBasic, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
        1 => new CpuidResult(Signature, 8 << 8, Features1Ecx, Features1Edx),
        7 when subleaf == 0 => new CpuidResult(0, Features7Ebx, 0, 0),
        _ => default,
    };

    private static CpuidResult ReadExtended(uint leaf) => leaf switch
    {
        0x8000_0000 => new CpuidResult(MaximumExtended, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
        0x8000_0001 => new CpuidResult(Signature, 0, FeaturesExtendedEcx, FeaturesExtendedEdx),
        0x8000_0002 => Text("Rebound virtual "),
        0x8000_0003 => Text("x86-64 processor"),
        0x8000_0008 => new CpuidResult(48 | (48 << 8), 0, 0, 0),
        _ => default,
    };

    private static CpuidResult ReadXen(Vcpu vcpu, uint leaf, uint subleaf)
    {
        Releases.ReleaseProfile profile = vcpu.Domain.Profile;
        if (!vcpu.Domain.Interfaces.Offers(XenLeaves.Since))
            return default;
        bool addressWidth = vcpu.Domain.Interfaces.Offers(XenLeaves.AddressWidthSince);
        return leaf switch
        {
            0 => new CpuidResult(XenBase + (addressWidth ? 5u : 4u), 0x566e_6558, 0x6558_4d4d, 0x4d4d_566e),
            1 => new CpuidResult(((uint)profile.Version.Major << 16) | (uint)profile.ReportedMinor, 0, 0, 0),
            2 => new CpuidResult(1, MsrNumbers.HypercallPage, 1, 0),
            3 when subleaf == 0 => new CpuidResult(0, 0, 0, 0),
            5 when addressWidth => new CpuidResult(0, 36, 0, 0),
            _ => default,
        };
    }

    private static CpuidResult Text(string text)
    {
        uint Word(int at) => text[at] | ((uint)text[at + 1] << 8) | ((uint)text[at + 2] << 16) | ((uint)text[at + 3] << 24);
        return new CpuidResult(Word(0), Word(4), Word(8), Word(12));
    }
}
