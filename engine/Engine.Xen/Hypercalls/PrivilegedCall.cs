using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>
/// A hypercall of the control domain's tools. Others are refused, but only after Xen has read the argument and found that caller and hypervisor
/// speak of the same interface.
/// </summary>
/// <param name="version">What the argument's second word has to be.</param>
/// <param name="size">Bytes of the argument.</param>
internal abstract class PrivilegedCall(int number, string name, uint version, int size, string reason) : IHypercall
{
    private const int LongestArgument = 144;

    public int Number => number;

    public string Name => name;

    public HypercallGrade Grade => HypercallGrade.Refused;

    public string Note => reason;

    public long Execute(in HypercallContext call)
    {
        Span<byte> argument = stackalloc byte[LongestArgument];
        argument = argument[..size];
        if (!call.Guest.TryRead(call.Arg0, argument))
            return -Errno.EFAULT;
        return BinaryPrimitives.ReadUInt32LittleEndian(argument[sizeof(uint)..]) == version ? Refuse(call, argument) : -Errno.EACCES;
    }

    /// <summary>The answer to a well-formed request.</summary>
    protected virtual long Refuse(in HypercallContext call, ReadOnlySpan<byte> argument) => -Errno.EPERM;
}

/// <summary>platform_op: for the control domain.</summary>
internal sealed class PlatformOp : PrivilegedCall
{
    public PlatformOp()
        : base(HypercallNumber.PlatformOp, "platform_op", 0x03000001, 136, "only the control domain may manage the platform")
    {
    }
}

/// <summary>sysctl: for the control domain.</summary>
internal sealed class Sysctl : PrivilegedCall
{
    public Sysctl()
        : base(HypercallNumber.Sysctl, "sysctl", 0x15, 136, "only the control domain may manage the host")
    {
    }
}

/// <summary>domctl: for the control domain.</summary>
internal sealed class Domctl : PrivilegedCall
{
    private const int TargetAt = 8;

    public Domctl()
        : base(HypercallNumber.Domctl, "domctl", 0x15, 144, "only the control domain may manage domains")
    {
    }

    protected override long Refuse(in HypercallContext call, ReadOnlySpan<byte> argument) =>
        call.Domain.NamedByNumber(BinaryPrimitives.ReadUInt16LittleEndian(argument[TargetAt..])) == DomainReference.None ? -Errno.ESRCH : -Errno.EPERM;
}
