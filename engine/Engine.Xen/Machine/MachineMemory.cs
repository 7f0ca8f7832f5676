using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Machine;

/// <summary>
/// All frames of one machine with Xen's bookkeeping of each. Frame 0 is never handed out; Xen's own frames come first,
/// so that a guest's machine frame numbers differ from its pseudo-physical ones.
/// </summary>
public sealed class MachineMemory : IDisposable
{
    private readonly PageInfo[] _frames;
    private readonly Stack<ulong> _freed = new();
    private ulong _next = 1;

    /// <param name="frameCount">Frames of the machine: see <see cref="FramesFor"/>.</param>
    /// <exception cref="OutOfMemoryException">The host cannot reserve that much.</exception>
    public MachineMemory(ulong frameCount)
    {
        Memory = new GuestMemory(frameCount);
        _frames = new PageInfo[frameCount];
        _frames[0].Use = FrameUse.Xen;
        _frames[0].References = 1;
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
    public ref PageInfo this[MachineFrame frame]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frame.Number, FrameCount, nameof(frame));
            return ref _frames[frame.Number];
        }
    }

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
        this[frame] = new PageInfo { Use = FrameUse.Domain, Owner = domain, References = 1, Allocated = true };
        return true;
    }

    /// <summary>Returns a frame whose last reference is gone.</summary>
    public void Release(MachineFrame frame)
    {
        ref PageInfo page = ref this[frame];
        page.Owner?.FlushTlb();
        page = default;
        MachineToPhysical.Clear(frame);
        _freed.Push(frame.Number);
    }

    public void Dispose() => Memory.Dispose();

    private MachineFrame? Take()
    {
        if (_next < FrameCount)
            return new MachineFrame(_next++);
        if (!_freed.TryPop(out ulong number))
            return null;
        Memory.WritableSpan(new MachineFrame(number)).Clear();
        return new MachineFrame(number);
    }
}
