using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>
/// physdev_op(cmd, arg): of the physical devices a domU has none. It may set its virtual I/O privilege level and its port bitmap, ask after the
/// interrupts it cannot have, and give a page for their state.
/// </summary>
internal sealed class PhysdevOp : IHypercall
{
    private const uint MostPorts = 65536;

    /// <summary>The interrupt wants an "end of interrupt" by hypercall.</summary>
    private const uint NeedsEnd = 1;

    public int Number => HypercallNumber.PhysdevOp;

    public string Name => "physdev_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public XenRelease Since => new(3, 0, 3);

    public long Execute(in HypercallContext call) => Run(call, Name, (uint)call.Arg0, call.Arg1);

    /// <summary>One command with its argument at a guest address; also the way of the old form of the call.</summary>
    internal static long Run(in HypercallContext call, string name, uint command, ulong argument)
    {
        switch (command)
        {
            case PhysdevCommand.SetIopl:
                return SetIopl(call, argument);
            case PhysdevCommand.SetIobitmap:
                return SetBitmap(call, argument);
            case PhysdevCommand.Eoi:
                // No interrupt is bound, so that none can have an end.
                return call.Guest.TryRead32(argument, out _) ? -Errno.EINVAL : -Errno.EFAULT;
            case PhysdevCommand.IrqStatusQuery:
                return Query(call, argument);
            case PhysdevCommand.PirqEoiGmfnV1 or PhysdevCommand.PirqEoiGmfnV2:
                return GivePage(call, argument);
            case PhysdevCommand.ApicRead or PhysdevCommand.ApicWrite or PhysdevCommand.AllocIrqVector or PhysdevCommand.MapPirq
                or PhysdevCommand.UnmapPirq:
                return call.Guest.TryRead(argument, stackalloc byte[16]) ? -Errno.EPERM : -Errno.EFAULT;
            default:
                return SubCalls.Unknown(call, name, command);
        }
    }

    /// <summary>Reads the level (u32) and sets it.</summary>
    private static long SetIopl(in HypercallContext call, ulong argument)
    {
        if (!call.Guest.TryRead32(argument, out uint level))
            return -Errno.EFAULT;
        if (level > 3)
            return -Errno.EINVAL;
        call.Vcpu.VirtualIopl = (int)level;
        return 0;
    }

    /// <summary>u64 address of the bitmap, u32 ports it covers. It is read when a port is used.</summary>
    private static long SetBitmap(in HypercallContext call, ulong argument)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (!call.Guest.TryRead(argument, bytes))
            return -Errno.EFAULT;
        ulong bitmap = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        uint ports = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (!VirtualLayout.IsGuestRange(bitmap, MostPorts / 8) || ports > MostPorts)
            return -Errno.EINVAL;
        (call.Vcpu.PortBitmap, call.Vcpu.PortBitmapLength) = (bitmap, ports);
        return 0;
    }

    /// <summary>u32 interrupt, u32 flags out.</summary>
    private static long Query(in HypercallContext call, ulong argument)
    {
        if (!call.Guest.TryRead32(argument, out uint interrupt) || !call.Guest.TryRead32(argument + 4, out _))
            return -Errno.EFAULT;
        if (interrupt >= EventChannelOp.PhysicalInterrupts)
            return -Errno.EINVAL;
        return call.Guest.TryWrite32(argument + 4, NeedsEnd) ? 0 : -Errno.EFAULT;
    }

    /// <summary>u64 frame: a page with a bit for every interrupt that needs an end. It is taken once and held for good.</summary>
    private static long GivePage(in HypercallContext call, ulong argument)
    {
        if (!call.Guest.TryRead64(argument, out ulong number))
            return -Errno.EFAULT;
        Domain domain = call.Domain;
        if (domain.PageTypes.Take(new MachineFrame(number), domain, PageType.Writable) < 0)
            return -Errno.EINVAL;
        if (domain.InterruptPage is null)
        {
            domain.InterruptPage = new MachineFrame(number);
            return 0;
        }

        domain.PageTypes.Drop(new MachineFrame(number));
        return -Errno.EBUSY;
    }
}
