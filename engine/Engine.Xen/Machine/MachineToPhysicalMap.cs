using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>
/// The machine-to-physical table: one u64 per machine frame, all ones where there is none. It lives in Xen's own machine frames,
/// under real page tables, so that the CPU's page walker finds it in L4 slot 256 of every guest root.
/// </summary>
public sealed class MachineToPhysicalMap
{
    /// <summary>Entry of a frame without pseudo-physical number (INVALID_M2P_ENTRY).</summary>
    public const ulong InvalidEntry = ulong.MaxValue;

    private const int EntriesPerFrame = GuestMemory.FrameSize / sizeof(ulong);
    private const ulong TableBits = PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User | PageTableEntry.Accessed;
    private const ulong LeafBits = PageTableEntry.Present | PageTableEntry.User | PageTableEntry.Accessed
        | PageTableEntry.Global | PageTableEntry.NoExecute;

    private readonly MachineMemory _machine;
    private readonly MachineFrame[] _table;

    internal MachineToPhysicalMap(MachineMemory machine)
    {
        _machine = machine;
        _table = new MachineFrame[(machine.FrameCount + EntriesPerFrame - 1) / EntriesPerFrame];
        MachineFrame l3 = machine.AllocateForXen();
        for (int i = 0; i < _table.Length; i++)
        {
            _table[i] = machine.AllocateForXen();
            machine.Memory.WritableSpan(_table[i]).Fill(0xff);
            Map(l3, (ulong)i, _table[i]);
        }

        L4Entry = l3.Address.Value | TableBits;
        DirectMapL4Entry = BuildDirectMap();
    }

    /// <summary>What L4 slot 256 holds: user-readable, never writable at the leaves.</summary>
    public ulong L4Entry { get; }

    /// <summary>
    /// What the slot of Xen's own map of memory holds. Guests can do nothing with it, but see a protection violation
    /// where they would see one on Xen, instead of a page that is not present.
    /// </summary>
    public ulong DirectMapL4Entry { get; }

    /// <summary>The first frame of each 2 MiB of the table.</summary>
    public IEnumerable<MachineFrame> Chunks => _table.Where(static (_, index) => index % EntriesPerFrame == 0);

    /// <summary>The entry of a frame; <see cref="InvalidEntry"/> if it has none.</summary>
    public ulong this[MachineFrame frame]
    {
        get => _machine.Contains(frame) ? _machine.Memory.Read64(Slot(frame)) : InvalidEntry;
        set => _machine.Memory.Write64(Slot(frame), value);
    }

    public void Set(MachineFrame frame, PseudoPhysicalFrame pfn) => this[frame] = pfn.Number;

    public void Clear(MachineFrame frame) => this[frame] = InvalidEntry;

    private MachineAddress Slot(MachineFrame frame) =>
        _table[frame.Number / EntriesPerFrame].Address + (frame.Number % EntriesPerFrame * sizeof(ulong));

    private void Map(MachineFrame l3, ulong page, MachineFrame target)
    {
        MachineFrame l2 = Child(l3, (int)(page >> 18) & 511);
        MachineFrame l1 = Child(l2, (int)(page >> 9) & 511);
        _machine.Memory.Write64(l1.Address + ((page & 511) * 8), target.Address.Value | LeafBits);
    }

    private MachineFrame Child(MachineFrame table, int index)
    {
        MachineAddress slot = table.Address + ((ulong)index * 8);
        ulong entry = _machine.Memory.Read64(slot);
        if ((entry & PageTableEntry.Present) != 0)
            return new MachineAddress(entry & PageTableEntry.AddressMask).Frame;
        MachineFrame child = _machine.AllocateForXen();
        _machine.Memory.Write64(slot, child.Address.Value | TableBits);
        return child;
    }

    private ulong BuildDirectMap()
    {
        MachineFrame l3 = _machine.AllocateForXen();
        ulong gigabytes = Math.Min(512, (_machine.FrameCount + 0x3ffff) >> 18);
        for (ulong i = 0; i < gigabytes; i++)
        {
            // Supervisor only: no guest runs below ring 3.
            _machine.Memory.Write64(
                l3.Address + (i * 8),
                (i << 30) | PageTableEntry.Present | PageTableEntry.LargePage | PageTableEntry.Accessed | PageTableEntry.NoExecute);
        }

        return l3.Address.Value | PageTableEntry.Present | PageTableEntry.Accessed;
    }
}
