using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>
/// A processor's state and memory without anything that executes: CPL 3 (or 0) over page tables of its own, no devices, no operating system.
/// </summary>
public unsafe class FlatProcessor : IDisposable
{
    public const ushort UserCode = 0x33;
    public const ushort UserData = 0x2b;

    private const ulong TableRights = PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User;

    private readonly MachineFrame _root;
    private ulong _nextFrame;

    /// <param name="frames">Machine memory, page tables included.</param>
    /// <param name="cpl">Privilege the processor starts at.</param>
    /// <param name="environment">CPUID, time-stamp counter and descriptors; without it none, one tick per instruction, and flat segments.</param>
    /// <param name="model">The processor's features; without it all there are.</param>
    public FlatProcessor(ulong frames = 512, byte cpl = 3, ICpuEnvironment? environment = null, CpuModel? model = null)
    {
        Memory = new GuestMemory(frames);
        Context = new CpuContext(Memory, environment ?? new Surroundings(), model: model);
        _root = NewFrames(1);
        Context.SetRoot(0, _root);
        CpuState* state = Context.State;
        state->Cpl = cpl;
        state->Cs = cpl == 3 ? UserCode : (ushort)0x10;
        state->Ss = cpl == 3 ? UserData : (ushort)0x18;
        state->Cr0 = 0x8005_0033;
        // PAE, OSFXSR, OSXMMEXCPT, FSGSBASE, OSXSAVE, and all state that XSAVE knows here.
        state->Cr4 = 0x5_0620;
        state->Xcr0 = 7;
        state->SystemFlags |= Rflags.IF;
    }

    public GuestMemory Memory { get; }

    public CpuContext Context { get; }

    public CpuState* State => Context.State;

    /// <summary>Gives <paramref name="pages"/> pages from <paramref name="address"/> on fresh, contiguous machine frames.</summary>
    /// <returns>The first frame.</returns>
    public MachineFrame Map(ulong address, int pages, bool writable = true, bool executable = false)
    {
        MachineFrame first = NewFrames(pages);
        for (int i = 0; i < pages; i++)
            MapFrame(address + ((ulong)i << GuestMemory.FrameShift), new MachineFrame(first.Number + (ulong)i), writable, executable);
        return first;
    }

    /// <summary>Maps one page to a frame, which may already be mapped elsewhere.</summary>
    public void MapFrame(ulong address, MachineFrame frame, bool writable = true, bool executable = false)
    {
        ulong entry = frame.Address.Value | PageTableEntry.Present | PageTableEntry.User
            | (writable ? PageTableEntry.Writable : 0) | (executable ? 0 : PageTableEntry.NoExecute);
        SetEntry(address, entry);
    }

    /// <summary>Makes pages not present.</summary>
    public void Unmap(ulong address, int pages)
    {
        for (int i = 0; i < pages; i++)
            SetEntry(address + ((ulong)i << GuestMemory.FrameShift), 0);
    }

    /// <summary>Writes bytes whatever the page's rights.</summary>
    public void Store(ulong address, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int offset = (int)(address & GuestMemory.FrameMask);
            int count = Math.Min(bytes.Length, GuestMemory.FrameSize - offset);
            bytes[..count].CopyTo(Memory.WritableSpan(FrameOf(address), offset, count));
            bytes = bytes[count..];
            address += (ulong)count;
        }
    }

    /// <summary>Reads bytes whatever the page's rights.</summary>
    public byte[] Load(ulong address, int count)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count;)
        {
            int offset = (int)(address & GuestMemory.FrameMask);
            int part = Math.Min(count - done, GuestMemory.FrameSize - offset);
            Memory.Span(FrameOf(address)).Slice(offset, part).CopyTo(bytes.AsSpan(done));
            done += part;
            address += (ulong)part;
        }

        return bytes;
    }

    public ulong Load64(ulong address) => BitConverter.ToUInt64(Load(address, 8));

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Context.Dispose();
        Memory.Dispose();
    }

    private MachineFrame NewFrames(int count)
    {
        MachineFrame first = new(_nextFrame);
        _nextFrame += (ulong)count;
        if (_nextFrame > Memory.FrameCount)
            throw new InvalidOperationException($"a machine of {Memory.FrameCount} frames has no {count} left");
        return first;
    }

    private MachineFrame FrameOf(ulong address)
    {
        Translation translation = PageWalker.Walk(Memory, _root, new VirtualAddress(address), AccessKind.Read, user: false, setBits: false);
        return translation.Success ? translation.Frame : throw new ArgumentException($"0x{address:x} is not mapped", nameof(address));
    }

    private void SetEntry(ulong address, ulong entry)
    {
        MachineFrame table = _root;
        for (int level = 4; level > 1; level--)
        {
            MachineAddress slot = table.Address + (8 * ((address >> (3 + (9 * level))) & 511));
            if ((Memory.Read64(slot) & PageTableEntry.Present) == 0)
                Memory.Write64(slot, NewFrames(1).Address.Value | TableRights);
            table = new MachineAddress(Memory.Read64(slot) & PageTableEntry.AddressMask).Frame;
        }

        Memory.Write64(table.Address + (8 * ((address >> GuestMemory.FrameShift) & 511)), entry);
        Context.FlushPage(new VirtualAddress(address));
    }

    /// <summary>A time-stamp counter of one tick per instruction, no CPUID leaves, and the two flat user segments.</summary>
    private sealed class Surroundings : ICpuEnvironment
    {
        public ulong ReadTimestampCounter(ulong retired) => retired;

        public CpuidResult Cpuid(uint leaf, uint subleaf) => default;

        public bool TryReadDescriptor(ushort selector, out ulong descriptor)
        {
            descriptor = (selector & ~7) switch
            {
                0x10 => 0x00af_9b00_0000_ffff,
                0x18 => 0x00cf_9300_0000_ffff,
                UserCode & ~7 => 0x00af_fb00_0000_ffff,
                UserData & ~7 => 0x00cf_f300_0000_ffff,
                _ => 0,
            };
            return (selector & ~7) < 0x40;
        }
    }
}
