using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Events;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>event_channel_op(cmd, arg): ports and who is told of them.</summary>
internal sealed class EventChannelOp : IHypercall
{
    private const int LongestArgument = 24;

    /// <summary>Physical interrupts that Xen counts for a domU: those of one I/O APIC and 32 more. The domain has the right to none.</summary>
    internal const uint PhysicalInterrupts = 56;

    private static readonly XenRelease FifoSince = new(4, 4);

    public int Number => HypercallNumber.EventChannelOp;

    public string Name => "event_channel_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public XenRelease Since => new(3, 0, 3);

    public long Execute(in HypercallContext call) => Run(call, Name, (uint)call.Arg0, call.Arg1);

    /// <summary>One command with its argument at a guest address; also the way of the old form of the call.</summary>
    internal static long Run(in HypercallContext call, string name, uint number, ulong address)
    {
        var command = (EventChannelCommand)number;
        int size = SizeOf(command);
        if (size == 0 || (command > EventChannelCommand.Reset && !call.Domain.Interfaces.Offers(FifoSince)))
            return SubCalls.Unknown(call, name, number);
        Span<byte> argument = stackalloc byte[LongestArgument];
        argument = argument[..size];
        if (!call.Guest.TryRead(address, argument))
            return -Errno.EFAULT;
        long result = Run(call, command, argument, out bool answers);
        // What was bound stays bound if its number cannot be told.
        return result >= 0 && answers && !call.Guest.TryWrite(address, argument) ? -Errno.EFAULT : result;
    }

    private static int SizeOf(EventChannelCommand command) => command switch
    {
        EventChannelCommand.Reset or EventChannelCommand.ResetContinued => 2,
        EventChannelCommand.Close or EventChannelCommand.Send or EventChannelCommand.Unmask => 4,
        EventChannelCommand.AllocateUnbound or EventChannelCommand.BindIpi or EventChannelCommand.BindVcpu
            or EventChannelCommand.ExpandArray or EventChannelCommand.SetPriority => 8,
        EventChannelCommand.BindInterdomain or EventChannelCommand.BindVirq or EventChannelCommand.BindPirq => 12,
        EventChannelCommand.Status or EventChannelCommand.InitControl => 24,
        _ => 0,
    };

    private static long Run(in HypercallContext call, EventChannelCommand command, Span<byte> argument, out bool answers)
    {
        EventChannels events = call.Domain.Events;
        answers = false;
        switch (command)
        {
            case EventChannelCommand.Close:
                return events.Close(U32(argument));
            case EventChannelCommand.Send:
                return events.Send(U32(argument));
            case EventChannelCommand.Unmask:
                return events.Unmask(U32(argument));
            case EventChannelCommand.BindVcpu:
                return events.BindVcpu(U32(argument), U32(argument[4..]));
            case EventChannelCommand.SetPriority:
                return events.SetPriority(U32(argument), U32(argument[4..]));
            case EventChannelCommand.ExpandArray:
                return events.ExpandArray(new MachineFrame(U64(argument)));
            case EventChannelCommand.Reset or EventChannelCommand.ResetContinued:
                return Reset(call, U16(argument), command == EventChannelCommand.ResetContinued);
            case EventChannelCommand.BindPirq:
                return U32(argument) < PhysicalInterrupts ? -Errno.EPERM : -Errno.EINVAL;
        }

        answers = true;
        switch (command)
        {
            case EventChannelCommand.BindInterdomain:
                return Give(argument, 8, events.BindInterdomain(U16(argument), U32(argument[4..])));
            case EventChannelCommand.BindVirq:
                return Give(argument, 8, events.BindVirq(U32(argument), U32(argument[4..])));
            case EventChannelCommand.BindIpi:
                return Give(argument, 4, events.BindIpi(U32(argument)));
            case EventChannelCommand.AllocateUnbound:
                return AllocateUnbound(call, argument);
            case EventChannelCommand.InitControl:
                argument[16] = FifoEventLayout.LinkBits;
                return events.InitControl(U32(argument[12..]), new MachineFrame(U64(argument)), U32(argument[8..]));
            default:
                return Status(call, argument);
        }
    }

    private static long AllocateUnbound(in HypercallContext call, Span<byte> argument)
    {
        long refusal = call.Domain.Named(U16(argument)).Refusal();
        return refusal < 0 ? refusal : Give(argument, 4, call.Domain.Events.AllocateUnbound(U16(argument[2..])));
    }

    private static long Reset(in HypercallContext call, ushort domain, bool continued)
    {
        long refusal = call.Domain.Named(domain).Refusal();
        if (refusal < 0)
            return refusal;
        // Nothing can be continued: a reset is done at once.
        if (continued)
            return -Errno.EBUSY;
        call.Domain.Events.Reset();
        return 0;
    }

    private static long Status(in HypercallContext call, Span<byte> argument)
    {
        DomainReference domain = call.Domain.Named(U16(argument));
        if (domain == DomainReference.None)
            return -Errno.ESRCH;
        if (call.Domain.Events.Status(U32(argument[4..])) is not { } status)
            return -Errno.EINVAL;
        if (domain == DomainReference.Control)
            return -Errno.EPERM;
        BinaryPrimitives.WriteUInt32LittleEndian(argument[8..], (uint)status.State);
        BinaryPrimitives.WriteInt32LittleEndian(argument[12..], status.Vcpu);
        switch (status.State)
        {
            case ChannelState.Unbound:
                BinaryPrimitives.WriteUInt16LittleEndian(argument[16..], status.RemoteDomain);
                break;
            case ChannelState.Interdomain:
                BinaryPrimitives.WriteUInt16LittleEndian(argument[16..], status.RemoteDomain);
                BinaryPrimitives.WriteInt32LittleEndian(argument[20..], status.RemotePort);
                break;
            case ChannelState.VirtualIrq:
                BinaryPrimitives.WriteInt32LittleEndian(argument[16..], status.Virq);
                break;
        }

        return 0;
    }

    /// <summary>Puts a new port into the argument.</summary>
    private static long Give(Span<byte> argument, int offset, long port)
    {
        if (port < 0)
            return port;
        BinaryPrimitives.WriteUInt32LittleEndian(argument[offset..], (uint)port);
        return 0;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint U32(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ulong U64(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
