using System.Runtime.InteropServices;

namespace Rebound.Jit.Cpu;

/// <summary>
/// The translations of one address space as seen at one privilege: a direct-mapped TLB and the jump cache that goes with it.
/// A processor owns several views (64-bit PV: guest kernel and guest user), so that switching between them flushes nothing.
/// </summary>
public sealed unsafe class SoftTlb : IDisposable
{
    public const int EntryCount = 1024;

    private TlbEntry* _entries;
    private JumpCacheEntry* _jumps;
    private bool _dirty;
    private bool _jumpsDirty;

    /// <param name="fills">False for a view whose entries stay invalid, so that every access takes the slow path.</param>
    public SoftTlb(bool fills = true)
    {
        Fills = fills;
        _entries = (TlbEntry*)NativeMemory.AlignedAlloc(EntryCount * TlbEntry.Size, 64);
        _jumps = (JumpCacheEntry*)NativeMemory.AlignedAlloc(JumpCacheEntry.Count * JumpCacheEntry.Size, 64);
        _dirty = _jumpsDirty = true;
        Flush();
    }

    public bool Fills { get; }

    /// <summary>The L4 page table, or <see cref="MachineFrame.Invalid"/> if there is no address space.</summary>
    public MachineFrame Root { get; private set; } = MachineFrame.Invalid;

    /// <summary>Changes whenever a translation or a jump may have become stale. Caches of looked-up blocks compare it.</summary>
    public long Epoch { get; private set; }

    public TlbEntry* Entries => _entries;

    public JumpCacheEntry* Jumps => _jumps;

    /// <summary>Loads a new root, as writing CR3 does: every translation is forgotten.</summary>
    public void SetRoot(MachineFrame root)
    {
        Root = root;
        Flush();
    }

    public void Flush()
    {
        if (_dirty)
        {
            for (int i = 0; i < EntryCount; i++)
                _entries[i] = TlbEntry.Invalid;
            _dirty = false;
        }

        FlushJumps();
    }

    /// <summary>Forgets one page, as INVLPG does.</summary>
    public void FlushPage(VirtualAddress address)
    {
        *EntryFor(address) = TlbEntry.Invalid;
        FlushJumps();
    }

    public void FlushJumps()
    {
        Epoch++;
        if (!_jumpsDirty)
            return;
        for (int i = 0; i < JumpCacheEntry.Count; i++)
            _jumps[i] = new JumpCacheEntry { Rip = JumpCacheEntry.InvalidRip };
        _jumpsDirty = false;
    }

    public TlbEntry* EntryFor(VirtualAddress address) => _entries + ((address.Value >> GuestMemory.FrameShift) & (EntryCount - 1));

    /// <summary>Enters a translation. Access kinds not allowed on the fast path stay invalid.</summary>
    public void Fill(VirtualAddress page, byte* host, bool read, bool write, bool execute)
    {
        if (!Fills)
            return;
        _dirty = true;
        TlbEntry* entry = EntryFor(page);
        entry->ReadTag = read ? page.Value : TlbEntry.InvalidTag;
        entry->WriteTag = write ? page.Value : TlbEntry.InvalidTag;
        entry->ExecuteTag = execute ? page.Value : TlbEntry.InvalidTag;
        entry->Addend = (nint)host - (nint)page.Value;
    }

    public void FillJump(ulong rip, nint code, nint entryIndex)
    {
        _jumpsDirty = true;
        _jumps[JumpCacheEntry.IndexOf(rip)] = new JumpCacheEntry { Rip = rip, Code = code, Entry = entryIndex };
    }

    /// <summary>Takes the write permission of the fast path from every entry that maps the frame at <paramref name="host"/>.</summary>
    public void RevokeWrites(byte* host)
    {
        if (!_dirty)
            return;
        for (int i = 0; i < EntryCount; i++)
        {
            TlbEntry* entry = _entries + i;
            if (entry->WriteTag != TlbEntry.InvalidTag && (nint)entry->WriteTag + entry->Addend == (nint)host)
                entry->WriteTag = TlbEntry.InvalidTag;
        }
    }

    public void Dispose()
    {
        if (_entries == null)
            return;
        NativeMemory.AlignedFree(_entries);
        NativeMemory.AlignedFree(_jumps);
        _entries = null;
        _jumps = null;
    }
}
