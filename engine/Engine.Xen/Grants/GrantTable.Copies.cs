using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Grants;

/// <summary>What a grant lets be copied.</summary>
/// <param name="Frame">The page.</param>
/// <param name="Start">First byte that is granted.</param>
/// <param name="Length">Bytes from there.</param>
internal readonly record struct GrantedRange(MachineFrame Frame, int Start, int Length)
{
    public static GrantedRange Whole(MachineFrame frame) => new(frame, 0, GuestMemory.FrameSize);

    public bool Contains(int offset, int length) => offset >= Start && offset + length <= Start + Length;
}

/// <content>Grants as sources and destinations of copies.</content>
public sealed partial class GrantTable
{
    /// <summary>
    /// Begins a copy from or into a grant to <paramref name="user"/>; the frame is then held by a reference, and as writable if it is written.
    /// </summary>
    internal GrantStatus BeginCopy(uint reference, ushort user, bool readOnly, out GrantedRange range)
    {
        range = default;
        uint pin = readOnly ? GrantPins.HostRead : GrantPins.HostWrite;
        if (reference >= EntryCount)
            return GrantStatus.BadReference;
        ActiveGrant active = Active(reference);
        if (active.Pins != 0 && (active.User != user || GrantPins.WouldOverflow(active.Pins, pin)))
            return GrantStatus.GeneralError;
        GrantStatus status = GrantStatus.Okay;
        range = new GrantedRange(active.Frame, active.Start, active.Length);
        if (active.Pins == 0 || (!readOnly && !active.IsWritten))
        {
            status = MarkUsed(reference, active, user, readOnly, forMapping: false);
            if (status != GrantStatus.Okay)
                return status;
            status = ReadRange(reference, active, out range);
        }

        if (status == GrantStatus.Okay)
            status = HoldForCopy(range.Frame, readOnly);
        if (status != GrantStatus.Okay)
        {
            UnmarkUsed(reference, active, readOnly);
            return status;
        }

        if (active.Pins == 0)
        {
            active.User = user;
            active.Frame = range.Frame;
            active.Start = range.Start;
            active.Length = range.Length;
            active.IsPart = IsPart(reference);
        }

        active.Pins += pin;
        return GrantStatus.Okay;
    }

    /// <summary>Ends a copy.</summary>
    internal void EndCopy(uint reference, bool readOnly)
    {
        ActiveGrant active = Active(reference);
        Release(active.Frame, writable: !readOnly);
        active.Pins -= readOnly ? GrantPins.HostRead : GrantPins.HostWrite;
        UnmarkUsed(reference, active, readOnly);
    }

    /// <summary>What the entry grants now; that must not differ from what is in use of it already.</summary>
    private GrantStatus ReadRange(uint reference, ActiveGrant active, out GrantedRange range)
    {
        ReadOnlySpan<byte> entry = Entry(reference);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(entry);
        range = default;

        // A grant of a grant leads to a third domain, which there is not, or back to its giver, which is not allowed.
        if (Version == 2 && (flags & GrantFlags.TypeMask) == GrantFlags.Transitive)
            return TransitiveRefusal(entry);
        bool part = IsPart(reference);
        range = new GrantedRange(
            GrantedFrame(reference),
            part ? BinaryPrimitives.ReadUInt16LittleEndian(entry[GrantEntryLayout.PartOffset..]) : 0,
            part ? BinaryPrimitives.ReadUInt16LittleEndian(entry[GrantEntryLayout.PartLength..]) : GuestMemory.FrameSize);
        bool same = active.Pins == 0
            || (active.Frame == range.Frame && (!active.IsPart || (part && active.Start == range.Start && active.Length == range.Length)));
        return same ? GrantStatus.Okay : GrantStatus.GeneralError;
    }

    private GrantStatus TransitiveRefusal(ReadOnlySpan<byte> entry)
    {
        ushort domain = BinaryPrimitives.ReadUInt16LittleEndian(entry[GrantEntryLayout.TransitiveDomain..]);
        uint reference = BinaryPrimitives.ReadUInt32LittleEndian(entry[GrantEntryLayout.TransitiveReference..]);
        return domain == DomainId.Control && reference >= EmptyTableEntries ? GrantStatus.BadReference : GrantStatus.GeneralError;
    }

    private bool IsPart(uint reference) =>
        Version == 2 && (BinaryPrimitives.ReadUInt16LittleEndian(Entry(reference)) & GrantFlags.SubPage) != 0;

    private GrantStatus HoldForCopy(MachineFrame frame, bool readOnly)
    {
        if (!_domain.PageTypes.TryReference(frame, _domain))
            return GrantStatus.BadPage;
        if (readOnly || _domain.PageTypes.TakeType(frame, _domain, PageType.Writable) == 0)
            return GrantStatus.Okay;
        _domain.PageTypes.DropReference(frame);
        return GrantStatus.GeneralError;
    }
}
