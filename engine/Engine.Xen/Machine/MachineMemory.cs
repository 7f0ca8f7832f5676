using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>
/// All frames of one machine with Xen's bookkeeping of each. Frame 0 is never handed out; Xen's own frames come first,
/// so that a guest's machine frame numbers differ from its pseudo-physical ones.
/// </summary>
public sealed class MachineMemory : IDisposable
{
    private readonly PageInfoTable _frames;
    private readonly Stack<ulong> _freed = new();
    private ulong _next = 1;

    /// <param name="frameCount">Frames of the machine: see <see cref="FramesFor"/>.</param>
    /// <exception cref="OutOfMemoryException">The host cannot reserve that much.</exception>
    public MachineMemory(ulong frameCount)
    {
        Memory = new GuestMemory(frameCount);
        _frames = new PageInfoTable(frameCount);
        this[new MachineFrame(0)] = new PageInfo { Use = FrameUse.Xen, References = 1 };
        MachineToPhysical = new MachineToPhysicalMap(this);
    }

    /// <summary>The bytes.</summary>
    public GuestMemory Memory { get; }

    public ulong FrameCount => Memory.FrameCount;

    /// <summary>The table that guests read at <see cref="VirtualLayout.MachineToPhysical"/>.</summary>
    public MachineToPhysicalMap MachineToPhysical { get; }

    /// <summary>Frames that can still be handed out.</summary>
    public ulong FreeFrames => FrameCount - _next + (ulong)_freed.Count;

    /// <summary>Frames a machine needs for a domain of that many pages: its own, the m2p with its tables, and shared frames.</summary>
    public static ulong FramesFor(ulong domainPages)
    {
        ulong total = domainPages + 256;
        ulong table = (total + 511) / 512;
        return total + table + (table / 512) + 16;
    }

    public bool Contains(MachineFrame frame) => frame.Number < FrameCount;

    /// <summary>Bookkeeping of a frame.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such frame.</exception>
    public ref PageInfo this[MachineFrame frame] => ref _frames[frame];

    /// <summary>Takes a zeroed frame for Xen itself.</summary>
    /// <exception cref="InvalidOperationException">The machine has no free frame.</exception>
    public MachineFrame AllocateForXen()
    {
        MachineFrame frame = Take() ?? throw new InvalidOperationException("The machine has no free frame left for the hypervisor.");
        this[frame] = new PageInfo { Use = FrameUse.Xen, References = 1 };
        return frame;
    }

    /// <summary>Takes a zeroed frame of Xen's that the domain may map, writable or read-only (share_xen_page_with_guest).</summary>
    /// <exception cref="InvalidOperationException">The machine has no free frame.</exception>
    public MachineFrame AllocateShared(Domain domain, bool writable = true)
    {
        MachineFrame frame = AllocateForXen();

        // One type reference for good: the frame can never become a page table.
        this[frame] = new PageInfo
        {
            Use = FrameUse.SharedWithDomain,
            Owner = domain,
            References = 1,
            Type = writable ? PageType.Writable : PageType.Shared,
            TypeReferences = 1,
            Validated = true,
        };
        return frame;
    }

    /// <summary>Takes a zeroed frame for a domain; false if there is none.</summary>
    public bool TryAllocate(Domain domain, out MachineFrame frame)
    {
        MachineFrame? taken = Take();
        frame = taken ?? MachineFrame.Invalid;
        if (taken is null)
            return false;
        this[frame] = PageInfo.AllocatedTo(domain);
        return true;
    }

    /// <summary>Takes zeroed frames with consecutive numbers, none of them ever used, for a domain; false if there are not so many.</summary>
    public bool TryAllocateRun(Domain domain, ulong count, out MachineFrame first)
    {
        first = new MachineFrame(_next);
        if (count > FrameCount - _next)
            return false;
        _next += count;
        _frames.Assign(first, count, domain);
        return true;
    }

    /// <summary>Takes 2^order zeroed frames from a multiple of their number on, for a domain; false if there are not so many side by side.</summary>
    public bool TryAllocateExtent(Domain domain, int order, out MachineFrame first)
    {
        if (order == 0)
            return TryAllocate(domain, out first);
        ulong count = 1UL << order;
        ulong start = (_next + count - 1) & ~(count - 1);
        bool unused = start <= FrameCount && count <= FrameCount - start;
        if (unused)
        {
            for (ulong skipped = _next; skipped < start; skipped++)
                _freed.Push(skipped);
            _next = start + count;
        }

        first = MachineFrame.Invalid;
        if (!unused && !TryTakeFreed(count, out start))
            return false;
        first = new MachineFrame(start);
        for (ulong i = 0; i < count; i++)
            this[new MachineFrame(start + i)] = PageInfo.AllocatedTo(domain);
        return true;
    }

    /// <summary>Returns a frame whose last reference is gone; its content goes too.</summary>
    public void Release(MachineFrame frame)
    {
        ref PageInfo page = ref this[frame];
        page.Owner?.OnReleased(page.Use);
        page = default;
        MachineToPhysical.Clear(frame);
        Memory.Discard(frame);
        _freed.Push(frame.Number);
    }

    public void Dispose() => Memory.Dispose();

    /// <summary>Looks for frames that lie side by side among those given back.</summary>
    private bool TryTakeFreed(ulong count, out ulong start)
    {
        start = 0;
        ulong run = 0;
        ulong[] free = [.. _freed.Order()];
        for (int i = 0; i < free.Length; i++)
        {
            bool follows = run != 0 && free[i] == free[i - 1] + 1;
            run = follows ? run + 1 : ((free[i] & (count - 1)) == 0 ? 1UL : 0);
            if (run != count)
                continue;
            ulong first = free[i] - count + 1;
            ulong[] rest = [.. _freed.Reverse().Where(number => number < first || number >= first + count)];
            _freed.Clear();
            foreach (ulong number in rest)
                _freed.Push(number);
            start = first;
            return true;
        }

        return false;
    }

    private MachineFrame? Take()
    {
        if (_next < FrameCount)
            return new MachineFrame(_next++);
        return _freed.TryPop(out ulong number) ? new MachineFrame(number) : null;
    }
}
