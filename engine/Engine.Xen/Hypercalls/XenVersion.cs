using System.Text;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>xen_version(cmd, arg): which release this is and what it can do.</summary>
internal sealed class XenVersion : IHypercall
{
    private const string CapabilitiesText = "xen-3.0-x86_64 xen-3.0-x86_32p";

    /// <summary>What stands for text that a domain has no right to see.</summary>
    private const string Denied = "<denied>";

    /// <summary>Since when Xen's own command line and build are the control domain's affair.</summary>
    private static readonly XenRelease PrivilegesSince = new(4, 7);

    public int Number => HypercallNumber.XenVersion;

    public string Name => "xen_version";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        Domain domain = call.Domain;
        switch ((XenVersionCommand)(uint)call.Arg0)
        {
            case XenVersionCommand.Version:
                return (domain.Profile.Version.Major << 16) | domain.Profile.ReportedMinor;
            case XenVersionCommand.ExtraVersion:
                return WriteText(call, domain.Profile.ExtraVersion, 16);
            case XenVersionCommand.CompileInfo:
                return WriteBytes(call, CompileInfo());
            case XenVersionCommand.Capabilities:
                return WriteText(call, CapabilitiesText, 1024);
            case XenVersionCommand.ChangeSet:
                return WriteText(call, "unavailable", 64);
            case XenVersionCommand.PlatformParameters:
                return call.Guest.TryWrite64(call.Arg1, VirtualLayout.HypervisorStart) ? 0 : -Errno.EFAULT;
            case XenVersionCommand.GetFeatures:
                return GetFeatures(call);
            case XenVersionCommand.PageSize:
                return call.Arg1 == 0 ? 4096 : -Errno.EINVAL;
            case XenVersionCommand.GuestHandle:
                return WriteBytes(call, domain.Handle.ToByteArray(bigEndian: true));
            case XenVersionCommand.CommandLine:
                return domain.Profile.Version >= PrivilegesSince ? WriteText(call, Denied, Denied.Length + 1) : WriteText(call, "", 1024);
            case XenVersionCommand.BuildId when domain.Interfaces.Offers(PrivilegesSince):
                return -Errno.EPERM;
            default:
                return SubCalls.Unknown(call, Name, call.Arg0);
        }
    }

    private static long GetFeatures(in HypercallContext call)
    {
        if (!call.Guest.TryRead32(call.Arg1, out uint index))
            return -Errno.EFAULT;
        if (index != 0)
            return -Errno.EINVAL;
        return call.Guest.TryWrite32(call.Arg1 + 4, Features(call.Domain)) ? 0 : -Errno.EFAULT;
    }

    private static uint Features(Domain domain)
    {
        uint features = domain.Assists(VmAssistType.PaeExtendedCr3) ? 1u << XenFeature.PaePgdirAbove4Gb : 0;
        foreach ((int bit, XenRelease since) in FeatureBits)
        {
            if (domain.Interfaces.Offers(since))
                features |= 1u << bit;
        }

        return features;
    }

    private static readonly (int Bit, XenRelease Since)[] FeatureBits =
    [
        (XenFeature.MmuPtUpdatePreserveAd, new XenRelease(3, 3)),
        (XenFeature.HighmemAssist, new XenRelease(3, 4)),
        (XenFeature.GnttabMapAvailBits, new XenRelease(3, 4)),
        (XenFeature.MemoryOpVnodeSupported, new XenRelease(4, 6)),
        (XenFeature.DirectMapped, new XenRelease(4, 16)),
    ];

    private static byte[] CompileInfo()
    {
        byte[] info = new byte[64 + 16 + 32 + 32];
        Encoding.ASCII.GetBytes("none: managed code").CopyTo(info, 0);
        Encoding.ASCII.GetBytes("rebound").CopyTo(info, 64);
        return info;
    }

    private static long WriteText(in HypercallContext call, string text, int size)
    {
        byte[] bytes = new byte[size];
        Encoding.ASCII.GetBytes(text).AsSpan(0, Math.Min(text.Length, size - 1)).CopyTo(bytes);
        return WriteBytes(call, bytes);
    }

    private static long WriteBytes(in HypercallContext call, ReadOnlySpan<byte> bytes) =>
        call.Guest.TryWrite(call.Arg1, bytes) ? 0 : -Errno.EFAULT;
}
