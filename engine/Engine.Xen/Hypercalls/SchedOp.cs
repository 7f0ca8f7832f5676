using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Events;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>sched_op(cmd, arg): giving up the processor, and the domain's end.</summary>
internal sealed class SchedOp : IHypercall
{
    private const int PollSize = 24;
    private const uint MostPolledPorts = 128;

    public int Number => HypercallNumber.SchedOp;

    public string Name => "sched_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public XenRelease Since => new(3, 0, 2);

    public long Execute(in HypercallContext call)
    {
        switch ((SchedCommand)(uint)call.Arg0)
        {
            case SchedCommand.Yield:
                return 0;
            case SchedCommand.Block:
                return Block(call);
            case SchedCommand.Shutdown:
                return call.Guest.TryRead32(call.Arg1, out uint reason) ? Shutdown(call, reason) : -Errno.EFAULT;
            case SchedCommand.ShutdownCode:
                if (!call.Guest.TryRead32(call.Arg1, out uint code))
                    return -Errno.EFAULT;
                call.Domain.ShutdownCode = (ShutdownReason)(byte)code;
                return 0;
            case SchedCommand.Poll:
                return Poll(call);
            case SchedCommand.RemoteShutdown:
                return RemoteShutdown(call);
            case SchedCommand.Watchdog:
                return call.Guest.TryRead32(call.Arg1, out uint id) && call.Guest.TryRead32(call.Arg1 + 4, out uint seconds)
                    ? call.Domain.Watchdogs.Set(id, seconds)
                    : -Errno.EFAULT;
            case SchedCommand.PinOverride:
                return -Errno.EPERM;
            default:
                return SubCalls.Unknown(call, Name, call.Arg0);
        }
    }

    /// <summary>Opens events and waits for one.</summary>
    internal static long Block(in HypercallContext call)
    {
        call.Vcpu.Info.UpcallMasked = false;
        call.Vcpu.Block();
        return 0;
    }

    /// <summary>The reason is a byte of the guest's own choice.</summary>
    internal static long Shutdown(in HypercallContext call, uint reason)
    {
        call.Domain.Shutdown((ShutdownReason)(byte)reason);
        return 0;
    }

    /// <summary>u16 domain, u32 reason: for those who manage a domain, which it does not do itself.</summary>
    private static long RemoteShutdown(in HypercallContext call)
    {
        Span<byte> bytes = stackalloc byte[8];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        return call.Domain.NamedByNumber(BinaryPrimitives.ReadUInt16LittleEndian(bytes)) == DomainReference.None ? -Errno.ESRCH : -Errno.EPERM;
    }

    private static long Poll(in HypercallContext call)
    {
        Span<byte> bytes = stackalloc byte[PollSize];
        if (!call.Guest.TryRead(call.Arg1, bytes))
            return -Errno.EFAULT;
        ulong list = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        ulong timeout = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        if (count > MostPolledPorts)
            return -Errno.EINVAL;
        if (call.Vcpu.Info.NeedsUpcall)
            return 0;
        EventChannels events = call.Domain.Events;
        uint[] ports = new uint[count];
        for (uint i = 0; i < count; i++)
        {
            if (!call.Guest.TryRead32(list + (i * sizeof(uint)), out ports[i]))
                return -Errno.EFAULT;
            if (!events.IsValid(ports[i]))
                return -Errno.EINVAL;
            if (events.IsPending((int)ports[i]))
                return 0;
        }

        call.Vcpu.Poll(ports, timeout == 0 ? null : timeout);
        return 0;
    }
}
