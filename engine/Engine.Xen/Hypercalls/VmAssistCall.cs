using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>vm_assist(cmd, type): switches an assist on or off.</summary>
internal sealed class VmAssistCall : IHypercall
{
    public int Number => HypercallNumber.VmAssist;

    public string Name => "vm_assist";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        Domain domain = call.Domain;
        XenRelease? since = call.Arg1 > (ulong)VmAssistType.M2pStrict ? null : SinceOf(domain, (VmAssistType)call.Arg1);
        if (call.Arg0 > VmAssistCommand.Disable)
            return SubCalls.Unknown(call, Name, call.Arg0);
        if (since is not XenRelease first || !domain.Interfaces.Offers(first))
            return -Errno.EINVAL;
        ulong bit = 1UL << (int)call.Arg1;
        domain.VmAssists = call.Arg0 == VmAssistCommand.Enable ? domain.VmAssists | bit : domain.VmAssists & ~bit;
        return 0;
    }

    private static XenRelease? SinceOf(Domain domain, VmAssistType type) => type switch
    {
        VmAssistType.FourGigabyteSegments or VmAssistType.FourGigabyteSegmentsNotify or VmAssistType.WritablePageTables
            or VmAssistType.PaeExtendedCr3 => XenReleases.First,

        // What iret and frames do with it is behaviour, so that the profile has the word here.
        VmAssistType.ArchitecturalIopl when domain.Profile.VirtualIoplAssist => new XenRelease(4, 7),
        VmAssistType.RunstateUpdateFlag => new XenRelease(4, 8),
        VmAssistType.M2pStrict => new XenRelease(4, 6),
        _ => null,
    };
}
