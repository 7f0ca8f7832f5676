using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Grants;

/// <content>Beginning and ending the use of a grant: checks, counts, and the flags that tell the guest.</content>
public sealed partial class GrantTable
{
    /// <summary>
    /// Begins a mapping: the grant must be to <paramref name="user"/>, and allow what the flags ask for. The frame is then held with one
    /// reference per way of mapping, and as a writable page if it can be written.
    /// </summary>
    /// <param name="reference">Which grant.</param>
    /// <param name="user">The domain that maps.</param>
    /// <param name="flags">GNTMAP flags: at least one of <see cref="GrantMapFlags.Host"/> and <see cref="GrantMapFlags.Device"/>.</param>
    /// <param name="frame">The frame to map.</param>
    public GrantStatus BeginMapping(uint reference, ushort user, uint flags, out MachineFrame frame)
    {
        frame = MachineFrame.Invalid;
        uint pins = GrantPins.OfMapping(flags);
        bool readOnly = (flags & GrantMapFlags.ReadOnly) != 0;
        if (reference >= EntryCount)
            return GrantStatus.BadReference;
        ActiveGrant active = Active(reference);
        bool first = active.Pins == 0;
        if (!first && (active.User != user || active.IsPart || GrantPins.WouldOverflow(active.Pins, pins)))
            return GrantStatus.GeneralError;
        if (first || (!readOnly && !active.IsWritten))
        {
            GrantStatus status = MarkUsed(reference, active, user, readOnly, forMapping: true);
            if (status != GrantStatus.Okay)
                return status;
        }

        MachineFrame target = first ? GrantedFrame(reference) : active.Frame;
        GrantStatus held = Hold(target, flags);
        if (held != GrantStatus.Okay)
        {
            UnmarkUsed(reference, active, readOnly);
            return held;
        }

        if (first)
        {
            active.User = user;
            active.Frame = target;
            active.Start = 0;
            active.Length = GuestMemory.FrameSize;
            active.IsPart = false;
        }

        active.Pins += pins;
        frame = target;
        return GrantStatus.Okay;
    }

    /// <summary>Ends what <see cref="BeginMapping"/> began, or one of its two ways of mapping.</summary>
    public void EndMapping(uint reference, uint flags)
    {
        ActiveGrant active = Active(reference);
        bool readOnly = (flags & GrantMapFlags.ReadOnly) != 0;
        LetGo(active.Frame, flags);
        active.Pins -= GrantPins.OfMapping(flags);
        UnmarkUsed(reference, active, readOnly);
    }

    /// <summary>The frame of a grant in use; <see cref="MachineFrame.Invalid"/> if it is not.</summary>
    internal MachineFrame FrameInUse(uint reference) => IsInUse(reference) ? _active[reference].Frame : MachineFrame.Invalid;

    /// <summary>Takes the references of a mapping on its frame; all or nothing.</summary>
    private GrantStatus Hold(MachineFrame frame, uint flags)
    {
        PageTypes types = _domain.PageTypes;
        bool writable = (flags & GrantMapFlags.ReadOnly) == 0;
        int ways = ((flags & GrantMapFlags.Host) != 0 ? 1 : 0) + ((flags & GrantMapFlags.Device) != 0 ? 1 : 0);
        for (int i = 0; i < ways; i++)
        {
            bool referenced = types.TryReference(frame, _domain);
            if (referenced && (!writable || types.TakeType(frame, _domain, PageType.Writable) == 0))
                continue;
            if (referenced)
                types.DropReference(frame);
            for (; i > 0; i--)
                Release(frame, writable);
            return referenced ? GrantStatus.GeneralError : GrantStatus.BadPage;
        }

        return GrantStatus.Okay;
    }

    private void LetGo(MachineFrame frame, uint flags)
    {
        bool writable = (flags & GrantMapFlags.ReadOnly) == 0;
        if ((flags & GrantMapFlags.Host) != 0)
            Release(frame, writable);
        if ((flags & GrantMapFlags.Device) != 0)
            Release(frame, writable);
    }

    private void Release(MachineFrame frame, bool writable)
    {
        if (writable)
            _domain.PageTypes.DropType(frame);
        _domain.PageTypes.DropReference(frame);
    }

    private MachineFrame GrantedFrame(uint reference)
    {
        ReadOnlySpan<byte> entry = Entry(reference);
        return new MachineFrame(Version == 1
            ? BinaryPrimitives.ReadUInt32LittleEndian(entry[GrantEntryLayout.Frame..])
            : BinaryPrimitives.ReadUInt64LittleEndian(entry[GrantEntryLayout.Frame2..]));
    }

    /// <summary>Checks the entry, unless it is in use already, and sets its flags. Nothing can come in between: the guest stands still.</summary>
    private GrantStatus MarkUsed(uint reference, ActiveGrant active, ushort user, bool readOnly, bool forMapping)
    {
        ReadOnlySpan<byte> entry = Entry(reference);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(entry);
        ushort granted = BinaryPrimitives.ReadUInt16LittleEndian(entry[GrantEntryLayout.Domain..]);
        if (active.Pins == 0)
        {
            ushort kind = (ushort)(flags & (GrantFlags.TypeMask | (forMapping ? GrantFlags.SubPage : 0)));
            bool allowed = kind == GrantFlags.PermitAccess || (kind == GrantFlags.Transitive && !forMapping && Version != 1);
            if (!allowed || granted != user)
                return GrantStatus.GeneralError;
        }

        if (!readOnly && (flags & GrantFlags.ReadOnly) != 0)
            return GrantStatus.GeneralError;
        Span<byte> status = StatusWord(reference);
        int marks = readOnly ? GrantFlags.Reading : GrantFlags.Reading | GrantFlags.Writing;
        BinaryPrimitives.WriteUInt16LittleEndian(status, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(status) | marks));
        return GrantStatus.Okay;
    }

    /// <summary>Takes back the flags that the uses left do not justify.</summary>
    private void UnmarkUsed(uint reference, ActiveGrant active, bool readOnly)
    {
        int marks = active.Pins == 0 ? GrantFlags.Reading : 0;
        if (!readOnly && !active.IsWritten)
            marks |= GrantFlags.Writing;
        if (marks == 0 || reference >= EntryCount)
            return;
        Span<byte> status = StatusWord(reference);
        BinaryPrimitives.WriteUInt16LittleEndian(status, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(status) & ~marks));
    }
}
