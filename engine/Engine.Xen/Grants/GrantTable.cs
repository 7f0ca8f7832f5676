using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Grants;

/// <summary>
/// A domain's grant table: the shared frames in which the guest writes what it grants, the status frames of version 2, and what
/// Xen knows of the grants in use.
/// </summary>
public sealed partial class GrantTable
{
    /// <summary>Most shared frames, unless the domain's owner decides otherwise.</summary>
    public const int MaximumFrames = 32;

    /// <summary>Reserved references for the back ends that a domain is built with.</summary>
    public const int ConsoleReference = 0;
    public const int StoreReference = 1;

    private readonly Domain _domain;
    private readonly List<MachineFrame> _frames = [];
    private readonly List<MachineFrame> _statusFrames = [];
    private readonly Dictionary<uint, ActiveGrant> _active = [];

    public GrantTable(Domain domain)
    {
        _domain = domain;
        TryGrow(1);
    }

    /// <summary>Layout of the entries: 1 or 2.</summary>
    public int Version { get; private set; } = 1;

    /// <summary>Shared frames in use now, at least 1.</summary>
    public int FrameCount => _frames.Count;

    /// <summary>Status frames in use now; none in version 1.</summary>
    public int StatusFrameCount => _statusFrames.Count;

    /// <summary>Entries there are: references from here on are bad.</summary>
    public uint EntryCount => (uint)(_frames.Count * EntriesPerFrame);

    private int EntrySize => Version == 1 ? GrantEntryLayout.SizeOfVersion1 : GrantEntryLayout.SizeOfVersion2;

    private int EntriesPerFrame => GuestMemory.FrameSize / EntrySize;

    /// <summary>A shared frame.</summary>
    public MachineFrame this[int index] => _frames[index];

    /// <summary>A status frame.</summary>
    public MachineFrame StatusFrame(int index) => _statusFrames[index];

    /// <summary>Makes the table at least that long; false if that is more than the limit or the machine has no frame left.</summary>
    public bool TryGrow(uint frames)
    {
        if (frames > MaximumFrames)
            return false;
        while (_frames.Count < frames)
        {
            if (_domain.Machine.FreeFrames == 0)
                return false;
            _frames.Add(_domain.Machine.AllocateShared(_domain));
        }

        return Version == 1 || TryGrowStatus();
    }

    /// <summary>Grants a frame of the domain to the control domain, as the builder does for console and store.</summary>
    public void Grant(int reference, MachineFrame frame)
    {
        Span<byte> entry = Entry((uint)reference);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, GrantFlags.PermitAccess);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[GrantEntryLayout.Domain..], DomainId.Control);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[GrantEntryLayout.Frame..], (uint)frame.Number);
    }

    /// <summary>True if somebody uses the grant.</summary>
    public bool IsInUse(uint reference) => _active.TryGetValue(reference, out ActiveGrant? active) && active.Pins != 0;

    private bool TryGrowStatus()
    {
        int entries = _frames.Count * (GuestMemory.FrameSize / GrantEntryLayout.SizeOfVersion2);
        int needed = ((entries * GrantEntryLayout.StatusSize) + GuestMemory.FrameSize - 1) / GuestMemory.FrameSize;
        while (_statusFrames.Count < needed)
        {
            if (_domain.Machine.FreeFrames == 0)
                return false;
            _statusFrames.Add(_domain.Machine.AllocateShared(_domain));
        }

        return true;
    }

    private ActiveGrant Active(uint reference)
    {
        if (!_active.TryGetValue(reference, out ActiveGrant? active))
            _active.Add(reference, active = new ActiveGrant());
        return active;
    }

    /// <summary>The bytes of an entry; the reference has been checked.</summary>
    private Span<byte> Entry(uint reference)
    {
        (int frame, int index) = Math.DivRem((int)reference, EntriesPerFrame);
        return _domain.Memory.WritableSpan(_frames[frame], index * EntrySize, EntrySize);
    }

    /// <summary>The word with the "in use" flags: the entry's own flags in version 1.</summary>
    private Span<byte> StatusWord(uint reference)
    {
        if (Version == 1)
            return Entry(reference)[..GrantEntryLayout.StatusSize];
        (int frame, int index) = Math.DivRem((int)reference, GuestMemory.FrameSize / GrantEntryLayout.StatusSize);
        return _domain.Memory.WritableSpan(_statusFrames[frame], index * GrantEntryLayout.StatusSize, GrantEntryLayout.StatusSize);
    }
}
