using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Events;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>event_channel_op(cmd, arg): ports and who is told of them.</summary>
internal sealed class EventChannelOp : IHypercall
{
    private const int StatusSize = 24;

    public int Number => HypercallNumber.EventChannelOp;

    public string Name => "event_channel_op";

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "two-level events only: the FIFO commands (init_control, expand_array, set_priority) return -ENOSYS; no physical interrupts";

    public XenRelease Since => new(3, 0, 3);

    public long Execute(in HypercallContext call) => Run(call, Name, (uint)call.Arg0, call.Arg1);

    /// <summary>One command with its argument at a guest address; also the way of the old form of the call.</summary>
    internal static long Run(in HypercallContext call, string name, uint command, ulong argument)
    {
        EventChannels events = call.Domain.Events;
        switch ((EventChannelCommand)command)
        {
            case EventChannelCommand.BindInterdomain:
                return !TryRead(call, argument, 8, out byte[] bind)
                    ? -Errno.EFAULT
                    : Give(call, argument + 8, events.BindInterdomain(U16(bind, 0), U32(bind, 4)));
            case EventChannelCommand.BindVirq:
                return !TryRead(call, argument, 8, out byte[] virq)
                    ? -Errno.EFAULT
                    : Give(call, argument + 8, events.BindVirq(U32(virq, 0), U32(virq, 4)));
            case EventChannelCommand.BindIpi:
                return !TryRead(call, argument, 4, out byte[] ipi) ? -Errno.EFAULT : Give(call, argument + 4, events.BindIpi(U32(ipi, 0)));
            case EventChannelCommand.AllocateUnbound:
                return AllocateUnbound(call, argument);
            case EventChannelCommand.Close:
                return call.Guest.TryRead32(argument, out uint closed) ? events.Close(closed) : -Errno.EFAULT;
            case EventChannelCommand.Send:
                return call.Guest.TryRead32(argument, out uint sent) ? events.Send(sent) : -Errno.EFAULT;
            case EventChannelCommand.Unmask:
                return call.Guest.TryRead32(argument, out uint unmasked) ? events.Unmask(unmasked) : -Errno.EFAULT;
            case EventChannelCommand.BindVcpu:
                return TryRead(call, argument, 8, out byte[] move) ? events.BindVcpu(U32(move, 0), U32(move, 4)) : -Errno.EFAULT;
            case EventChannelCommand.Status:
                return Status(call, argument);
            case EventChannelCommand.Reset:
                return Reset(call, argument);
            case EventChannelCommand.BindPirq:
                return SubCalls.Refuse(call, name, command, Errno.EINVAL);
            default:
                return SubCalls.Unknown(call, name, command);
        }
    }

    private static long AllocateUnbound(in HypercallContext call, ulong argument)
    {
        if (!TryRead(call, argument, 4, out byte[] bytes))
            return -Errno.EFAULT;
        return IsSelf(call, U16(bytes, 0)) ? Give(call, argument + 4, call.Domain.Events.AllocateUnbound(U16(bytes, 2))) : -Errno.ESRCH;
    }

    private static long Reset(in HypercallContext call, ulong argument)
    {
        if (!call.Guest.TryRead16(argument, out ushort domain))
            return -Errno.EFAULT;
        if (!IsSelf(call, domain))
            return -Errno.ESRCH;
        call.Domain.Events.Reset();
        return 0;
    }

    private static long Status(in HypercallContext call, ulong argument)
    {
        Span<byte> bytes = stackalloc byte[StatusSize];
        if (!call.Guest.TryRead(argument, bytes))
            return -Errno.EFAULT;
        if (!IsSelf(call, BinaryPrimitives.ReadUInt16LittleEndian(bytes)))
            return -Errno.ESRCH;
        if (call.Domain.Events.Status(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..])) is not { } status)
            return -Errno.EINVAL;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], (uint)status.State);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], status.Vcpu);
        switch (status.State)
        {
            case ChannelState.Unbound:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes[16..], status.RemoteDomain);
                break;
            case ChannelState.Interdomain:
                BinaryPrimitives.WriteUInt16LittleEndian(bytes[16..], status.RemoteDomain);
                BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], status.RemotePort);
                break;
            case ChannelState.VirtualIrq:
                BinaryPrimitives.WriteInt32LittleEndian(bytes[16..], status.Virq);
                break;
        }

        return call.Guest.TryWrite(argument, bytes) ? 0 : -Errno.EFAULT;
    }

    /// <summary>Writes a new port into the argument; if that faults, the port is closed again.</summary>
    private static long Give(in HypercallContext call, ulong address, long port)
    {
        if (port < 0)
            return port;
        if (call.Guest.TryWrite32(address, (uint)port))
            return 0;
        call.Domain.Events.Close((uint)port);
        return -Errno.EFAULT;
    }

    private static bool IsSelf(in HypercallContext call, ushort domain) => domain == DomainId.Self || domain == call.Domain.Id;

    private static bool TryRead(in HypercallContext call, ulong address, int size, out byte[] bytes)
    {
        bytes = new byte[size];
        return call.Guest.TryRead(address, bytes);
    }

    private static ushort U16(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(offset));

    private static uint U32(byte[] bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(offset));
}
