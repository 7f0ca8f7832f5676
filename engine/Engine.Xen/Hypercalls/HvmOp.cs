using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>hvm_op(cmd, arg): for guests with hardware virtualisation, and of no effect on others.</summary>
internal sealed class HvmOp : IHypercall
{
    private const uint SetParameter = 0;
    private const uint GetParameter = 1;

    public int Number => HypercallNumber.HvmOp;

    public string Name => "hvm_op";

    public HypercallGrade Grade => HypercallGrade.Refused;

    public string Note => "not for paravirtualised guests";

    public long Execute(in HypercallContext call)
    {
        if (call.Arg0 is not (SetParameter or GetParameter))
            return -Errno.ENOSYS;
        Span<byte> argument = stackalloc byte[16];
        if (!call.Guest.TryRead(call.Arg1, argument))
            return -Errno.EFAULT;
        return call.Domain.Named(BinaryPrimitives.ReadUInt16LittleEndian(argument)) == DomainReference.None ? -Errno.ESRCH : -Errno.EINVAL;
    }
}
