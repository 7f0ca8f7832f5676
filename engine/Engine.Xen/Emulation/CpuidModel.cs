using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>CPUID as a PV guest sees it: the processor's model as far as the release passes it on, and Xen's own leaves.</summary>
public static class CpuidModel
{
    private const uint XenBase = 0x4000_0000;
    private const uint Hypervisor = 1u << 31;
    private const uint MachineCheckException = 1u << 7;
    private const uint LocalApic = 1u << 9;
    private const uint MachineCheckArchitecture = 1u << 14;

    /// <summary>Since features are given to guests by one policy for all.</summary>
    private static readonly XenRelease MachineChecksSince = new(4, 7);

    /// <summary>A leaf as guest code reads it.</summary>
    /// <param name="vcpu">The processor.</param>
    /// <param name="leaf">eax.</param>
    /// <param name="subleaf">ecx.</param>
    /// <param name="forced">
    /// Behind the forced-emulation prefix: kernels look there for OSXSAVE before they have set it, and are told that it is there.
    /// </param>
    public static unsafe CpuidResult Read(Vcpu vcpu, uint leaf, uint subleaf, bool forced = false)
    {
        if (leaf is >= XenBase and < XenBase + 0x100)
            return ReadXen(vcpu, leaf - XenBase, subleaf);
        CpuModel model = vcpu.Cpu.Model;
        ulong cr4 = vcpu.GuestCr4;
        if (forced && vcpu.InKernel && model.Has(CpuFeatures.Xsave))
            cr4 |= CpuContext.Cr4OsXsave;
        CpuidResult result = CpuidLeaves.Read(model, cr4, vcpu.State->Xcr0, leaf, subleaf);
        return leaf == 1 ? result with { Ecx = result.Ecx | Hypervisor, Edx = result.Edx | PlatformFeatures(vcpu) } : result;
    }

    /// <summary>
    /// What every processor under Xen has and a guest only meets through Xen: the local APIC, and machine checks, whose registers are virtual and empty.
    /// </summary>
    private static uint PlatformFeatures(Vcpu vcpu) =>
        LocalApic | (vcpu.Domain.Interfaces.Offers(MachineChecksSince) ? MachineCheckException | MachineCheckArchitecture : 0);

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
}
