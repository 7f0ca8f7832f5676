using System.Runtime.CompilerServices;

namespace Rebound.Jit.Cpu;

/// <content>Guest memory accesses that the TLB's fast path does not serve, and the forms helpers use.</content>
public sealed unsafe partial class CpuContext
{
    /// <summary>Reads <paramref name="size"/> bytes (1, 2, 4, 8), zero-extended. 0 and an exit in the state on a fault.</summary>
    /// <param name="intent"><see cref="AccessKind.Write"/> for the read half of a read-modify-write instruction.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ulong LoadSlow(ulong address, int size, AccessKind intent)
    {
        if (!CheckAlignment(address, size))
            return 0;
        if ((int)(address & GuestMemory.FrameMask) + size <= GuestMemory.FrameSize)
        {
            byte* host = Translate(address, intent);
            if (host == null)
                return 0;
            NoteLoad(address, size, intent);
            return ReadHost(host, size);
        }

        ulong second = (address | GuestMemory.FrameMask) + 1;
        byte* low = CheckCanonical(second) ? Translate(address, intent) : null;
        if (low == null)
            return 0;
        byte* high = Translate(second, intent);
        if (high == null)
            return 0;
        int lowCount = (int)(second - address);
        ulong value = 0;
        for (int i = 0; i < size; i++)
            value |= (ulong)(i < lowCount ? low[i] : high[i - lowCount]) << (8 * i);
        NoteLoad(address, size, intent);
        return value;
    }

    /// <summary>A load that intends to write is part of a write, or only asks whether one is allowed.</summary>
    private void NoteLoad(ulong address, int size, AccessKind intent)
    {
        if (intent == AccessKind.Read)
            NoteAccess(address, size, write: false);
    }

    /// <summary>Writes <paramref name="size"/> bytes (1, 2, 4, 8); all or nothing.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool StoreSlow(ulong address, ulong value, int size)
    {
        if (!CheckAlignment(address, size))
            return false;
        if ((int)(address & GuestMemory.FrameMask) + size <= GuestMemory.FrameSize)
        {
            byte* host = PrepareStore(address, size);
            if (host == null)
                return false;
            WriteHost(host, value, size);
            NoteAccess(address, size, write: true);
            return true;
        }

        ulong second = (address | GuestMemory.FrameMask) + 1;
        int lowCount = (int)(second - address);
        // Both pages are checked before the first byte changes.
        byte* low = CheckCanonical(second) ? PrepareStore(address, lowCount) : null;
        if (low == null)
            return false;
        byte* high = PrepareStore(second, size - lowCount);
        if (high == null)
            return false;
        for (int i = 0; i < size; i++)
        {
            if (i < lowCount)
                low[i] = (byte)(value >> (8 * i));
            else
                high[i - lowCount] = (byte)(value >> (8 * i));
        }

        NoteAccess(address, size, write: true);
        return true;
    }

    /// <summary>Reads through the TLB's fast path or the slow one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLoad(ulong address, int size, out ulong value)
    {
        TlbEntry* entry = _state->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
        if (entry->ReadTag == ((address + (uint)size - 1) & ~GuestMemory.FrameMask))
        {
            value = ReadHost((byte*)((nint)address + entry->Addend), size);
            return true;
        }

        value = LoadSlow(address, size, AccessKind.Read);
        return _state->Exit == ExitReason.None;
    }

    /// <summary>Reads with the intent to write: faults as a write would.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryLoadForWrite(ulong address, int size, out ulong value)
    {
        TlbEntry* entry = _state->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
        if (entry->WriteTag == ((address + (uint)size - 1) & ~GuestMemory.FrameMask))
        {
            value = ReadHost((byte*)((nint)address + entry->Addend), size);
            return true;
        }

        value = LoadSlow(address, size, AccessKind.Write);
        return _state->Exit == ExitReason.None;
    }

    /// <summary>Writes through the TLB's fast path or the slow one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryStore(ulong address, ulong value, int size)
    {
        TlbEntry* entry = _state->Tlb + ((address >> GuestMemory.FrameShift) & (SoftTlb.EntryCount - 1));
        if (entry->WriteTag == ((address + (uint)size - 1) & ~GuestMemory.FrameMask))
        {
            WriteHost((byte*)((nint)address + entry->Addend), value, size);
            return true;
        }

        return StoreSlow(address, value, size);
    }

    /// <summary>
    /// Host pointer to <paramref name="size"/> bytes at <paramref name="address"/> that lie within one page, for an access of that kind;
    /// null and an exit in the state on a fault. A pointer for writing has had translated code dropped, or the result is a Retry exit.
    /// </summary>
    public byte* TryPointer(ulong address, int size, AccessKind access)
    {
        byte* host = access == AccessKind.Write ? PrepareStore(address, size) : Translate(address, access);
        if (host != null)
            NoteAccess(address, size, access == AccessKind.Write);
        return host;
    }

    /// <summary>Checks that a whole range may be written, changing nothing. For instructions with several stores.</summary>
    public bool TryProbeWrite(ulong address, int size)
    {
        ulong last = address + (uint)size - 1;
        if (!CheckCanonical(last))
            return false;
        if (PrepareStore(address, (int)Math.Min((ulong)size, GuestMemory.FrameSize - (address & GuestMemory.FrameMask))) == null)
            return false;
        return ((address ^ last) & ~GuestMemory.FrameMask) == 0
            || PrepareStore(last & ~GuestMemory.FrameMask, (int)(last & GuestMemory.FrameMask) + 1) != null;
    }

    /// <summary>Copies guest bytes out, for loads wider than 8 bytes; checks all pages before it copies.</summary>
    public bool TryReadBytes(ulong address, Span<byte> destination)
    {
        int first = (int)Math.Min((ulong)destination.Length, GuestMemory.FrameSize - (address & GuestMemory.FrameMask));
        byte* low = CheckCanonical(address + (uint)destination.Length - 1) ? Translate(address, AccessKind.Read) : null;
        if (low == null)
            return false;
        if (first < destination.Length)
        {
            byte* high = Translate((address | GuestMemory.FrameMask) + 1, AccessKind.Read);
            if (high == null)
                return false;
            new ReadOnlySpan<byte>(high, destination.Length - first).CopyTo(destination[first..]);
        }

        new ReadOnlySpan<byte>(low, first).CopyTo(destination);
        NoteAccess(address, destination.Length, write: false);
        return true;
    }

    /// <summary>Writes guest bytes (at most one page length), all or nothing.</summary>
    public bool TryWriteBytes(ulong address, ReadOnlySpan<byte> source)
    {
        if (!TryProbeWrite(address, source.Length))
            return false;
        int first = (int)Math.Min((ulong)source.Length, GuestMemory.FrameSize - (address & GuestMemory.FrameMask));
        source[..first].CopyTo(new Span<byte>(Translate(address, AccessKind.Write), first));
        if (first < source.Length)
        {
            byte* high = Translate((address | GuestMemory.FrameMask) + 1, AccessKind.Write);
            source[first..].CopyTo(new Span<byte>(high, source.Length - first));
        }

        NoteAccess(address, source.Length, write: true);
        return true;
    }

    /// <summary>
    /// Translates for the block reader: the frame that holds the instruction at <paramref name="address"/>, or a #PF in the state.
    /// </summary>
    public bool TryTranslateFetch(ulong address, out MachineFrame frame)
    {
        byte* host = Translate(address, AccessKind.Execute);
        frame = host == null ? MachineFrame.Invalid : new MachineFrame((ulong)(host - Memory.Base) >> GuestMemory.FrameShift);
        return host != null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadHost(byte* host, int size) => size switch
    {
        8 => Unsafe.ReadUnaligned<ulong>(host),
        4 => Unsafe.ReadUnaligned<uint>(host),
        2 => Unsafe.ReadUnaligned<ushort>(host),
        _ => *host,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteHost(byte* host, ulong value, int size)
    {
        switch (size)
        {
            case 8:
                Unsafe.WriteUnaligned(host, value);
                break;
            case 4:
                Unsafe.WriteUnaligned(host, (uint)value);
                break;
            case 2:
                Unsafe.WriteUnaligned(host, (ushort)value);
                break;
            default:
                *host = (byte)value;
                break;
        }
    }

    /// <summary>#AC if alignment checks are on and the access is misaligned. <paramref name="size"/> is the access's natural alignment.</summary>
    public bool CheckAlignment(ulong address, int size)
    {
        if (!AlignmentChecked || (address & ((uint)size - 1)) == 0)
            return true;
        _state->RaiseException(ExceptionVector.AlignmentCheck, 0, true);
        return false;
    }

    private byte* PrepareStore(ulong address, int length)
    {
        byte* host = Translate(address, AccessKind.Write);
        if (host == null)
            return null;
        ulong machine = (ulong)(host - Memory.Base);
        MachineFrame frame = new(machine >> GuestMemory.FrameShift);
        int offset = (int)(machine & GuestMemory.FrameMask);
        if (Memory.TouchesCode(frame, offset, length))
        {
            if (!AllowCodeWrites)
            {
                _state->Exit = ExitReason.Retry;
                return null;
            }

            Memory.PrepareWrite(frame, offset, length);
        }

        return host;
    }

    /// <summary>
    /// #GP if a data access touches an address that is not canonical, whatever pages there are before it. Whether the stack is to blame (#SS) the access
    /// does not know: the core asks the instruction.
    /// </summary>
    private bool CheckCanonical(ulong address)
    {
        if (new VirtualAddress(address).IsCanonical)
            return true;
        NonCanonical = address;
        _state->RaiseGeneralProtection();
        return false;
    }

    /// <summary>The address of the last data access that was not canonical, until somebody takes note of it.</summary>
    public ulong? NonCanonical { get; set; }

    /// <summary>Host address for one byte, filling the TLB; null and an exit in the state on a fault.</summary>
    private byte* Translate(ulong address, AccessKind access)
    {
        SoftTlb view = _views[_view];
        ulong page = address & ~GuestMemory.FrameMask;
        TlbEntry* entry = view.EntryFor(new VirtualAddress(address));
        ulong tag = access switch
        {
            AccessKind.Read => entry->ReadTag,
            AccessKind.Write => entry->WriteTag,
            _ => entry->ExecuteTag,
        };
        if (tag == page)
            return (byte*)((nint)address + entry->Addend);
        if (access == AccessKind.Execute ? !new VirtualAddress(address).IsCanonical : !CheckCanonical(address))
        {
            _state->RaiseGeneralProtection();
            return null;
        }

        HostActivity before = Statistics.Activity;
        Statistics.Activity = HostActivity.WalkingPages;
        Translation translation = view.Root == MachineFrame.Invalid
            ? new Translation(false, default, false, false, PageFaultCode.User)
            : PageWalker.Walk(Memory, view.Root, new VirtualAddress(address), access, _state->Cpl == 3);
        Statistics.Activity = before;
        if (!translation.Success)
        {
            _state->RaiseException(ExceptionVector.PageFault, translation.ErrorCode, true, address);
            return null;
        }

        Statistics.TlbFills++;
        byte* host = Memory.FramePointer(translation.Frame);
        // The write tag waits for the first write, which sets the dirty bit; frames with translated code never get one.
        bool same = entry->Addend == (nint)host - (nint)page;
        bool write = (access == AccessKind.Write || (same && entry->WriteTag == page)) && translation.Writable && Memory.CodeMask(translation.Frame) == 0;
        bool execute = access == AccessKind.Execute || (same && entry->ExecuteTag == page && translation.Executable);
        view.Fill(new VirtualAddress(page), host, read: true, write, execute);
        return host + (address & GuestMemory.FrameMask);
    }
}
