using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Events;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Time;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>vcpu_op(cmd, vcpu, arg): virtual processors, their timers and what they share with the guest.</summary>
internal sealed class VcpuOp : IHypercall
{
    private const uint OnlyIfInFuture = 1;

    private static readonly XenRelease TimersSince = new(3, 1, 0);
    private static readonly XenRelease TimeAreaSince = new(4, 0, 0);

    public int Number => HypercallNumber.VcpuOp;

    public string Name => "vcpu_op";

    public HypercallGrade Grade => HypercallGrade.Partial;

    public string Note => "domains have one virtual processor: initialise of another returns -ENOENT";

    public long Execute(in HypercallContext call)
    {
        if (call.Arg1 >= (ulong)call.Domain.Vcpus.Count)
            return -Errno.ENOENT;
        Vcpu vcpu = call.Domain.Vcpus[(int)call.Arg1];
        var command = (VcpuCommand)(uint)call.Arg0;
        if (!call.Domain.Interfaces.Offers(SinceOf(command)))
            return SubCalls.Unknown(call, Name, call.Arg0);
        ulong argument = call.Arg2;
        switch (command)
        {
            case VcpuCommand.Initialise:
                return -Errno.EEXIST;
            case VcpuCommand.Up:
                if (vcpu.RunState == RunState.Offline)
                    vcpu.Run();
                return 0;
            case VcpuCommand.Down:
                vcpu.TakeDown();
                if (call.Domain.Vcpus.All(static other => other.RunState == RunState.Offline))
                    call.Domain.Shutdown(ShutdownReason.PowerOff);
                return 0;
            case VcpuCommand.IsUp:
                return vcpu.RunState == RunState.Offline ? 0 : 1;
            case VcpuCommand.GetRunstate:
                return call.Guest.TryWrite(argument, vcpu.StateTimes.ToBytes()) ? 0 : -Errno.EFAULT;
            case VcpuCommand.RegisterRunstate:
                return RegisterRunstate(call, vcpu);
            case VcpuCommand.SetPeriodicTimer:
                return SetPeriodic(call, vcpu);
            case VcpuCommand.StopPeriodicTimer:
                vcpu.Timers.StopPeriod();
                return 0;
            case VcpuCommand.SetSingleshotTimer:
                return SetOneShot(call, vcpu);
            case VcpuCommand.StopSingleshotTimer:
                if (vcpu != call.Vcpu)
                    return -Errno.EINVAL;
                vcpu.Timers.StopOneShot();
                return 0;
            case VcpuCommand.RegisterVcpuInfo:
                return RegisterInfo(call, vcpu);
            case VcpuCommand.SendNmi:
                vcpu.NmiPending = true;
                return 0;
            case VcpuCommand.RegisterTimeArea:
                return RegisterTimeArea(call, vcpu);
            case VcpuCommand.GetPhysicalId:
                // Only for domains pinned to processors.
                return -Errno.EINVAL;
            default:
                return SubCalls.Unknown(call, Name, call.Arg0);
        }
    }

    private static XenRelease SinceOf(VcpuCommand command) => command switch
    {
        >= VcpuCommand.SetPeriodicTimer and <= VcpuCommand.RegisterVcpuInfo => TimersSince,
        VcpuCommand.RegisterTimeArea => TimeAreaSince,
        _ => XenReleases.First,
    };

    private static long RegisterRunstate(in HypercallContext call, Vcpu vcpu)
    {
        if (!call.Guest.TryRead64(call.Arg2, out ulong area))
            return -Errno.EFAULT;
        vcpu.StateTimes.Area = area;
        vcpu.StateTimes.WriteArea();
        return 0;
    }

    private static long RegisterTimeArea(in HypercallContext call, Vcpu vcpu)
    {
        if (!call.Guest.TryRead64(call.Arg2, out ulong area))
            return -Errno.EFAULT;
        vcpu.TimeArea = area;
        TimePages.Update(vcpu);
        return 0;
    }

    private static long SetPeriodic(in HypercallContext call, Vcpu vcpu)
    {
        if (!call.Guest.TryRead64(call.Arg2, out ulong period))
            return -Errno.EFAULT;
        // A period longer than a guest will ever live keeps sums of times from overflowing.
        if (period is < VcpuTimers.ShortestPeriod or > long.MaxValue / 2)
            return -Errno.EINVAL;
        vcpu.Timers.SetPeriod(period, call.Domain.Clock.Now);
        return 0;
    }

    private static long SetOneShot(in HypercallContext call, Vcpu vcpu)
    {
        if (vcpu != call.Vcpu)
            return -Errno.EINVAL;
        if (!call.Guest.TryRead64(call.Arg2, out ulong time) || !call.Guest.TryRead32(call.Arg2 + 8, out uint flags))
            return -Errno.EFAULT;
        bool past = (long)time < (long)call.Domain.Clock.Now;
        if (past && (flags & OnlyIfInFuture) != 0 && call.Domain.Profile.PastTimerIsError)
            return -Errno.ETIME;
        vcpu.Timers.SetOneShot(past ? call.Domain.Clock.Now : time);
        return 0;
    }

    private static long RegisterInfo(in HypercallContext call, Vcpu vcpu)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!call.Guest.TryRead(call.Arg2, bytes))
            return -Errno.EFAULT;
        var frame = new MachineFrame(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (vcpu.Info.IsRegistered || offset > GuestMemory.FrameSize - VcpuInfoLayout.Size || (offset & 7) != 0)
            return -Errno.EINVAL;
        // The references stay for the domain's life: the page can never become a page table.
        if (call.Domain.PageTypes.Take(frame, call.Domain, PageType.Writable) < 0)
            return -Errno.EINVAL;
        MachineAddress old = vcpu.Info.Location;
        MachineAddress place = frame.Address + offset;
        Span<byte> content = call.Domain.Memory.WritableSpan(frame, (int)offset, VcpuInfoLayout.Size);
        call.Domain.Memory.Span(old.Frame).Slice(old.Offset, VcpuInfoLayout.Size).CopyTo(content);
        vcpu.Info.Register(place);
        // Nothing may be lost on the way: one upcall too many makes the guest look everywhere.
        vcpu.Info.PendingSelector = ulong.MaxValue;
        EventChannels.MarkPending(vcpu);
        TimePages.Update(vcpu);
        return 0;
    }
}
