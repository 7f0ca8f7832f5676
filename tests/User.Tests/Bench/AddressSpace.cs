using Rebound.Jit.Cpu;
using Rebound.Jit.Judge;

namespace Rebound.User.Tests.Bench;

/// <summary>
/// The virtual memory of one program. Pages are promised at once and get a zeroed machine frame at the first touch, so that a
/// program runs into page faults in the middle of its instructions, as on Linux. Frames of unmapped pages are used again.
/// </summary>
/// <param name="processor">The machine whose page tables this fills. Nobody else may map pages there.</param>
internal sealed class AddressSpace(FlatProcessor processor)
{
    public const ulong PageSize = GuestMemory.FrameSize;

    /// <summary>Above this, addresses are not a program's.</summary>
    public const ulong End = 0x7fff_ffff_f000;

    private const ulong MappingTop = 0x7fff_f000_0000;
    private const ulong ClusterPages = 16;

    private readonly Dictionary<ulong, Page> _pages = [];
    private readonly Stack<MachineFrame> _free = [];
    private ulong _lowestMapping = MappingTop;

    /// <summary>Address of the byte behind the program's heap (what brk moves).</summary>
    public ulong Break { get; set; }

    /// <summary>The heap cannot end below this.</summary>
    public ulong InitialBreak { get; set; }

    public static ulong RoundUp(ulong value) => (value + PageSize - 1) & ~(PageSize - 1);

    /// <summary>A range that nothing occupies, below all that were given before.</summary>
    /// <param name="length">Bytes, a multiple of <see cref="PageSize"/>.</param>
    public ulong FindFree(ulong length)
    {
        // One page stays free between two mappings, so that running over an end is a fault.
        _lowestMapping -= length + PageSize;
        return _lowestMapping;
    }

    public bool IsMapped(ulong address) => _pages.ContainsKey(address / PageSize);

    /// <summary>Promises zeroed pages; what was there is gone.</summary>
    /// <param name="address">A multiple of <see cref="PageSize"/>.</param>
    /// <param name="length">Bytes, rounded up to pages.</param>
    public void Map(ulong address, ulong length, Protection protection)
    {
        Unmap(address, length);
        foreach (ulong number in Numbers(address, length))
            _pages[number] = new Page(null, protection);
    }

    public void Unmap(ulong address, ulong length)
    {
        foreach (ulong number in Numbers(address, length))
        {
            if (!_pages.Remove(number, out Page page) || page.Frame is not { } frame)
                continue;
            processor.Unmap(number * PageSize, 1);
            _free.Push(frame);
        }
    }

    /// <returns>False if a page in the range does not exist; those before it are changed.</returns>
    public bool Protect(ulong address, ulong length, Protection protection)
    {
        foreach (ulong number in Numbers(address, length))
        {
            if (!_pages.TryGetValue(number, out Page page))
                return false;
            _pages[number] = page with { Protection = protection };
            if (page.Frame is { } frame)
                Enter(number, frame, protection);
        }

        return true;
    }

    /// <summary>Gives pages another address, with their contents and rights.</summary>
    public void Move(ulong from, ulong length, ulong to)
    {
        foreach (ulong number in Numbers(from, length))
        {
            if (!_pages.Remove(number, out Page page))
                continue;
            ulong target = (to - from + (number * PageSize)) / PageSize;
            _pages[target] = page;
            if (page.Frame is { } frame)
            {
                processor.Unmap(number * PageSize, 1);
                Enter(target, frame, page.Protection);
            }
        }
    }

    /// <summary>Answers a page fault: gives a promised page, and untouched ones behind it, their frames.</summary>
    /// <returns>False if the access has no right to the page.</returns>
    public bool TryPopulate(ulong address, Protection access)
    {
        ulong number = address / PageSize;
        if (!_pages.TryGetValue(number, out Page page) || (page.Protection & access) != access || page.Frame is not null)
            return false;
        for (ulong i = 0; i < ClusterPages && _pages.TryGetValue(number + i, out Page next) && next.Frame is null; i++)
            Populate(number + i);
        return true;
    }

    /// <summary>Copies out of the program's memory.</summary>
    /// <returns>False if some byte is not the program's to read; the rest was copied up to there.</returns>
    public bool TryRead(ulong address, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (FrameFor(address, Protection.Read) is not { } frame)
                return false;
            ReadOnlySpan<byte> source = processor.Memory.Span(frame)[(int)(address % PageSize)..];
            source = source[..Math.Min(source.Length, bytes.Length)];
            source.CopyTo(bytes);
            bytes = bytes[source.Length..];
            address += (ulong)source.Length;
        }

        return true;
    }

    /// <summary>Copies into the program's memory.</summary>
    /// <param name="force">Rights do not matter: the loader writes to pages that the program may only read.</param>
    /// <returns>False if some byte is not the program's to write.</returns>
    public bool TryWrite(ulong address, ReadOnlySpan<byte> bytes, bool force = false)
    {
        while (!bytes.IsEmpty)
        {
            if (FrameFor(address, force ? Protection.None : Protection.Write) is not { } frame)
                return false;
            int offset = (int)(address % PageSize);
            int count = Math.Min(bytes.Length, (int)PageSize - offset);
            bytes[..count].CopyTo(processor.Memory.WritableSpan(frame, offset, count));
            bytes = bytes[count..];
            address += (ulong)count;
        }

        return true;
    }

    private static IEnumerable<ulong> Numbers(ulong address, ulong length)
    {
        ulong end = RoundUp(address + length) / PageSize;
        for (ulong number = address / PageSize; number < end; number++)
            yield return number;
    }

    private MachineFrame? FrameFor(ulong address, Protection access)
    {
        ulong number = address / PageSize;
        if (!_pages.TryGetValue(number, out Page page) || (page.Protection & access) != access)
            return null;
        return page.Frame ?? Populate(number);
    }

    private MachineFrame Populate(ulong number)
    {
        Protection protection = _pages[number].Protection;
        MachineFrame frame;
        if (_free.TryPop(out MachineFrame used))
        {
            frame = used;
            processor.Memory.WritableSpan(frame).Clear();
        }
        else
        {
            frame = processor.Map(number * PageSize, 1);
        }

        Enter(number, frame, protection);
        _pages[number] = new Page(frame, protection);
        return frame;
    }

    private void Enter(ulong number, MachineFrame frame, Protection protection)
    {
        if (protection == Protection.None)
            processor.Unmap(number * PageSize, 1);
        else
            processor.MapFrame(number * PageSize, frame, protection.HasFlag(Protection.Write), protection.HasFlag(Protection.Execute));
    }

    private readonly record struct Page(MachineFrame? Frame, Protection Protection);
}
