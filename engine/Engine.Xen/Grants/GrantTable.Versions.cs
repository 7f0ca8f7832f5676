using System.Buffers.Binary;
using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen.Grants;

/// <content>The two layouts of the table, and exchanging entries.</content>
public sealed partial class GrantTable
{
    /// <summary>Entries of the control domain's table, which is as long as a new one and empty.</summary>
    public const uint EmptyTableEntries = 512;

    /// <summary>Changes the layout; what is not reserved is lost, and must not be in use.</summary>
    /// <param name="version">1 or 2.</param>
    /// <returns>0, or -EBUSY, -ENOMEM, -ERANGE.</returns>
    public long SetVersion(int version)
    {
        if (version == Version)
            return 0;
        for (uint reference = GrantEntryLayout.ReservedEntries; reference < EntryCount; reference++)
        {
            if (IsInUse(reference))
                return -Errno.EBUSY;
        }

        if (version == 2)
        {
            if (!TryGrowStatus())
                return -Errno.ENOMEM;
        }
        else if (!IsRepresentable())
        {
            return -Errno.ERANGE;
        }

        (ushort Flags, ushort Domain, ulong Frame)[] reserved =
            [.. Enumerable.Range(0, GrantEntryLayout.ReservedEntries).Select(reference => ReadReserved((uint)reference))];
        if (version == 1 && !TryFreeStatus())
            return -Errno.EBUSY;
        foreach (Jit.Cpu.MachineFrame frame in _frames)
            _domain.Memory.WritableSpan(frame).Clear();
        Version = version;
        for (uint reference = 0; reference < GrantEntryLayout.ReservedEntries; reference++)
            WriteReserved(reference, reserved[reference]);
        return 0;
    }

    /// <summary>Exchanges two entries that nobody uses.</summary>
    public GrantStatus Swap(uint first, uint second)
    {
        if (first >= EntryCount || second >= EntryCount)
            return GrantStatus.BadReference;
        if (first == second)
            return GrantStatus.Okay;
        if (IsInUse(first) || IsInUse(second))
            return GrantStatus.Again;
        Exchange(Entry(first), Entry(second));
        if (Version == 2)
            Exchange(StatusWord(first), StatusWord(second));
        return GrantStatus.Okay;
    }

    /// <summary>Takes an offer of the domain to accept a page: the entry is marked as committed. False if there is no such offer.</summary>
    internal bool TryCommitTransfer(uint reference, ushort giver)
    {
        if (reference >= EntryCount)
            return false;
        Span<byte> entry = Entry(reference);
        if (BinaryPrimitives.ReadUInt16LittleEndian(entry) != GrantFlags.AcceptTransfer
            || BinaryPrimitives.ReadUInt16LittleEndian(entry[GrantEntryLayout.Domain..]) != giver)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(entry, GrantFlags.AcceptTransfer | GrantFlags.TransferCommitted);
        return true;
    }

    /// <summary>Tells the domain which page it has received.</summary>
    /// <returns>The pseudo-physical number that it gave the page beforehand.</returns>
    internal ulong CompleteTransfer(uint reference, Jit.Cpu.MachineFrame frame)
    {
        ulong place = GrantedFrame(reference).Number;
        Span<byte> entry = Entry(reference);
        if (Version == 1)
            BinaryPrimitives.WriteUInt32LittleEndian(entry[GrantEntryLayout.Frame..], (uint)frame.Number);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(entry[GrantEntryLayout.Frame2..], frame.Number);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(entry);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)(flags | GrantFlags.TransferCompleted));
        return place;
    }

    private static void Exchange(Span<byte> first, Span<byte> second)
    {
        Span<byte> kept = stackalloc byte[first.Length];
        first.CopyTo(kept);
        second.CopyTo(first);
        kept.CopyTo(second);
    }

    /// <summary>False if a reserved entry of version 2 means something that version 1 has no form for.</summary>
    private bool IsRepresentable()
    {
        for (uint reference = 0; reference < GrantEntryLayout.ReservedEntries; reference++)
        {
            int kind = BinaryPrimitives.ReadUInt16LittleEndian(Entry(reference)) & GrantFlags.TypeMask;
            if (kind == GrantFlags.Transitive || (kind == GrantFlags.PermitAccess && GrantedFrame(reference).Number > uint.MaxValue))
                return false;
        }

        return true;
    }

    /// <summary>An entry with its "in use" flags among the others, as version 1 has them; empty if it permits no access.</summary>
    private (ushort Flags, ushort Domain, ulong Frame) ReadReserved(uint reference)
    {
        ReadOnlySpan<byte> entry = Entry(reference);
        int flags = BinaryPrimitives.ReadUInt16LittleEndian(entry);
        if (Version == 2)
        {
            if ((flags & GrantFlags.TypeMask) != GrantFlags.PermitAccess)
                return default;
            flags |= BinaryPrimitives.ReadUInt16LittleEndian(StatusWord(reference));
        }

        return ((ushort)flags, BinaryPrimitives.ReadUInt16LittleEndian(entry[GrantEntryLayout.Domain..]), GrantedFrame(reference).Number);
    }

    private void WriteReserved(uint reference, (ushort Flags, ushort Domain, ulong Frame) kept)
    {
        const int inUse = GrantFlags.Reading | GrantFlags.Writing;
        Span<byte> entry = Entry(reference);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[GrantEntryLayout.Domain..], kept.Domain);
        if (Version == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(entry, kept.Flags);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[GrantEntryLayout.Frame..], (uint)kept.Frame);
            return;
        }

        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)(kept.Flags & ~inUse));
        BinaryPrimitives.WriteUInt64LittleEndian(entry[GrantEntryLayout.Frame2..], kept.Frame);
        BinaryPrimitives.WriteUInt16LittleEndian(StatusWord(reference), (ushort)(kept.Flags & inUse));
    }

    /// <summary>Gives the status frames back; false, and nothing done, if the guest still has one mapped.</summary>
    private bool TryFreeStatus()
    {
        if (_statusFrames.Any(frame => _domain.Machine[frame].References != 1))
            return false;
        foreach (Jit.Cpu.MachineFrame frame in _statusFrames)
            _domain.PageTypes.DropReference(frame);
        _statusFrames.Clear();
        return true;
    }
}
