using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>set_gdt(frames, entries): the pages of the guest's GDT, below the part that is Xen's.</summary>
internal sealed class SetGdt : IHypercall
{
    private const int EntriesPerPage = 512;

    public int Number => HypercallNumber.SetGdt;

    public string Name => "set_gdt";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        uint entries = (uint)call.Arg1;
        if (entries > Selectors.FirstReservedEntry)
            return -Errno.EINVAL;
        int pages = (int)((entries + EntriesPerPage - 1) / EntriesPerPage);
        Span<byte> list = stackalloc byte[Selectors.GuestGdtPages * sizeof(ulong)];
        list = list[..(pages * sizeof(ulong))];
        if (!call.Guest.TryRead(call.Arg0, list))
            return -Errno.EFAULT;
        var frames = new MachineFrame[pages];
        for (int i = 0; i < pages; i++)
            frames[i] = new MachineFrame(BinaryPrimitives.ReadUInt64LittleEndian(list[(i * sizeof(ulong))..]));
        return GuestGdt.Set(call.Vcpu, frames, (int)entries);
    }
}
