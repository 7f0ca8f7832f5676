using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Grants;

/// <summary>A domain's grant table, version 1: shared frames the guest may map, with the entries for console and store filled in.</summary>
public sealed class GrantTable(Domain domain)
{
    public const int MaximumFrames = 32;

    /// <summary>Reserved references for the back ends that a domain is built with.</summary>
    public const int ConsoleReference = 0;
    public const int StoreReference = 1;

    private const int EntrySize = 8;
    private const ushort PermitAccess = 1;

    private readonly List<MachineFrame> _frames = [];

    /// <summary>Frames in use now.</summary>
    public int FrameCount => _frames.Count;

    /// <summary>Makes the table at least that long; false if that is more than the limit.</summary>
    public bool TryGrow(uint frames)
    {
        if (frames > MaximumFrames)
            return false;
        while (_frames.Count < frames)
            _frames.Add(domain.Machine.AllocateShared(domain));
        return true;
    }

    /// <summary>A frame of the table.</summary>
    public MachineFrame this[int index] => _frames[index];

    /// <summary>Grants a frame of the domain to the control domain, as the builder does for console and store.</summary>
    public void Grant(int reference, MachineFrame frame)
    {
        TryGrow(1);
        Span<byte> entry = domain.Memory.WritableSpan(_frames[0], reference * EntrySize, EntrySize);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, PermitAccess);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], DomainId.Control);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)frame.Number);
    }
}
