using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>mmuext_op(operations, count, done, domain): pins, roots, flushes, LDT, clearing and copying of pages.</summary>
internal sealed class MmuextOp : IHypercall
{
    private const int OperationSize = 24;
    private const int ArgumentOne = 8;
    private const int ArgumentTwo = 16;

    public int Number => HypercallNumber.MmuextOp;

    public string Name => "mmuext_op";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        if (!VirtualLayout.IsGuestRange(call.Arg0, 1))
            return -Errno.EFAULT;
        return OperationList.OwnerOf((ushort)call.Arg3) switch
        {
            MemoryOwner.Self => OperationList.Run(call, OperationSize, Apply),
            MemoryOwner.None => -Errno.ESRCH,
            _ => -Errno.EPERM,
        };
    }

    private static long Apply(in HypercallContext call, ReadOnlySpan<byte> operation)
    {
        Vcpu vcpu = call.Vcpu;
        Domain domain = call.Domain;
        PageTypes types = domain.PageTypes;
        ulong one = OperationList.Word(operation, ArgumentOne);
        ulong two = OperationList.Word(operation, ArgumentTwo);
        var frame = new MachineFrame(one);
        uint command = (uint)OperationList.Word(operation, 0);
        switch ((MmuextCommand)command)
        {
            case MmuextCommand.PinL1:
                return types.Pin(frame, domain, PageType.L1);
            case MmuextCommand.PinL2:
                return types.Pin(frame, domain, PageType.L2);
            case MmuextCommand.PinL3:
                return types.Pin(frame, domain, PageType.L3);
            case MmuextCommand.PinL4:
                return types.Pin(frame, domain, PageType.L4);
            case MmuextCommand.Unpin:
                return types.Unpin(frame, domain);
            case MmuextCommand.NewBasePointer:
                return types.LoadKernelRoot(vcpu, frame);
            case MmuextCommand.NewUserBasePointer:
                return types.LoadUserRoot(vcpu, one == 0 ? MachineFrame.Invalid : frame);
            case MmuextCommand.TlbFlushLocal:
                vcpu.Cpu.FlushTlb();
                return 0;
            case MmuextCommand.InvlpgLocal:
                vcpu.Cpu.FlushPage(new VirtualAddress(one));
                return 0;
            case MmuextCommand.TlbFlushMulti or MmuextCommand.InvlpgMulti:
                // More processors may be flushed than were named, but the names must be readable.
                if (!call.Guest.TryRead(two, stackalloc byte[1]))
                    return -Errno.EINVAL;
                FlushAll(domain, (MmuextCommand)command == MmuextCommand.TlbFlushMulti, one);
                return 0;
            case MmuextCommand.TlbFlushAll or MmuextCommand.InvlpgAll:
                FlushAll(domain, (MmuextCommand)command == MmuextCommand.TlbFlushAll, one);
                return 0;
            case MmuextCommand.FlushCache:
                return -Errno.EACCES;
            case MmuextCommand.FlushCacheGlobal:
                return -Errno.EINVAL;
            case MmuextCommand.MarkSuper or MmuextCommand.UnmarkSuper:
                return -Errno.EOPNOTSUPP;
            case MmuextCommand.SetLdt:
                return SetLdt(vcpu, one, two);
            case MmuextCommand.ClearPage:
                return ClearPage(domain, frame);
            case MmuextCommand.CopyPage:
                return CopyPage(domain, frame, new MachineFrame(two));
            default:
                return SubCalls.Unknown(call, "mmuext_op", command);
        }
    }

    private static void FlushAll(Domain domain, bool everything, ulong address)
    {
        foreach (Vcpu vcpu in domain.Vcpus)
        {
            if (everything)
                vcpu.Cpu.FlushTlb();
            else
                vcpu.Cpu.FlushPage(new VirtualAddress(address));
        }
    }

    private static long SetLdt(Vcpu vcpu, ulong address, ulong count)
    {
        uint entries = (uint)count;
        if (entries == 0)
            address = 0;
        if ((address & GuestMemory.FrameMask) != 0
            || entries > Selectors.MaximumLdtEntries
            || !VirtualLayout.IsGuestRange(address, 1)
            || !new VirtualAddress(address).IsCanonical)
        {
            return -Errno.EINVAL;
        }

        if (vcpu.LdtBase != address || vcpu.LdtEntries != (int)entries)
            vcpu.SetLdt(address, (int)entries);
        return 0;
    }

    private static long ClearPage(Domain domain, MachineFrame frame)
    {
        if (domain.PageTypes.Take(frame, domain, PageType.Writable) < 0)
            return -Errno.EINVAL;
        domain.Memory.WritableSpan(frame).Clear();
        domain.PageTypes.Drop(frame);
        return 0;
    }

    private static long CopyPage(Domain domain, MachineFrame target, MachineFrame source)
    {
        if (!domain.PageTypes.TryReference(source, domain))
            return -Errno.EINVAL;
        long result = domain.PageTypes.Take(target, domain, PageType.Writable);
        if (result == 0)
        {
            domain.Memory.Span(source).CopyTo(domain.Memory.WritableSpan(target));
            domain.PageTypes.Drop(target);
        }

        domain.PageTypes.DropReference(source);
        return result < 0 ? -Errno.EINVAL : 0;
    }
}
