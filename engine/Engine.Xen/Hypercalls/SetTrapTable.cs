using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Hypercalls;

/// <summary>set_trap_table(entries): handlers of exceptions and software interrupts; NULL clears them all.</summary>
internal sealed class SetTrapTable : IHypercall
{
    /// <summary>Far more than 256 vectors need, and an end to an array that has none.</summary>
    private const int MaximumEntries = 1 << 16;

    public int Number => HypercallNumber.SetTrapTable;

    public string Name => "set_trap_table";

    public HypercallGrade Grade => HypercallGrade.Supported;

    public string Note => "";

    public long Execute(in HypercallContext call)
    {
        TrapGate[] table = call.Vcpu.TrapTable;
        if (call.Arg0 == 0)
        {
            Array.Clear(table);
            return 0;
        }

        Span<byte> entry = stackalloc byte[TrapInfoLayout.Size];

        ulong address = call.Arg0;
        for (int i = 0; i < MaximumEntries; i++, address += TrapInfoLayout.Size)
        {
            if (!call.Guest.TryRead(address, entry))
                return -Errno.EFAULT;
            ulong handler = BinaryPrimitives.ReadUInt64LittleEndian(entry[TrapInfoLayout.Address..]);
            if (handler == 0)
                return 0;
            if (call.Domain.Profile.CanonicalCallbacks && !new VirtualAddress(handler).IsCanonical)
                return -Errno.EINVAL;
            table[entry[TrapInfoLayout.Vector]] = new TrapGate(
                handler, entry[TrapInfoLayout.Flags], BinaryPrimitives.ReadUInt16LittleEndian(entry[TrapInfoLayout.Cs..]));
        }

        return -Errno.EINVAL;
    }
}
