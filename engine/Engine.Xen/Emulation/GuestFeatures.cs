using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Emulation;

/// <summary>
/// What Xen lets a PV guest have of a processor. The features this engine knows are none of those that Xen hides from PV guests altogether
/// (paging and virtualisation features, MONITOR, SMEP and so on); but some need its help, and came with a release.
/// </summary>
public static class GuestFeatures
{
    /// <summary>Extended state is saved for PV guests, and they may set CR4.OSXSAVE.</summary>
    private static readonly XenRelease ExtendedStateSince = new(4, 1);

    /// <summary>CR4.FSGSBASE is the guest's own.</summary>
    private static readonly XenRelease UserBasesSince = new(4, 2);

    /// <summary>The compacted format is understood.</summary>
    private static readonly XenRelease CompactionSince = new(4, 6);

    private const CpuFeatures NeedExtendedState = CpuFeatures.Xsave | CpuFeatures.Xsaveopt | CpuFeatures.Avx | CpuFeatures.Avx2 | CpuFeatures.Fma
        | CpuFeatures.F16c | CpuFeatures.Vaes | CpuFeatures.Vpclmulqdq;

    /// <summary>Features of any processor that guests of these interfaces can use.</summary>
    public static CpuFeatures Allowed(InterfaceSet interfaces)
    {
        ArgumentNullException.ThrowIfNull(interfaces);
        CpuFeatures allowed = CpuModelCatalog.Everything.Features;
        if (!interfaces.Offers(ExtendedStateSince))
            allowed &= ~NeedExtendedState;
        if (!interfaces.Offers(UserBasesSince))
            allowed &= ~CpuFeatures.FsGsBase;
        if (!interfaces.Offers(CompactionSince))
            allowed &= ~(CpuFeatures.Xsavec | CpuFeatures.Xgetbv1);
        return allowed;
    }
}
