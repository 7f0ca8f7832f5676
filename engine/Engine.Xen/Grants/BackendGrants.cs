using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Grants;

/// <summary>A grant that a back end has mapped.</summary>
/// <param name="Handle">What unmapping names it by.</param>
/// <param name="Frame">The guest's frame; its bytes are those of <see cref="Domain.Memory"/>.</param>
/// <param name="IsReadOnly">The back end may only read it.</param>
public readonly record struct BackendMapping(uint Handle, MachineFrame Frame, bool IsReadOnly);

/// <summary>
/// A guest's grants as the back ends of the control domain use them, with the checks of GNTTABOP_map_grant_ref, unmap_grant_ref and copy. While
/// a grant is mapped, its frame can neither be freed nor, if it is mapped writable, become a page table; the guest sees GTF_reading and
/// GTF_writing in its entry. To be used on the thread that runs the guest.
/// </summary>
public sealed class BackendGrants(Domain guest)
{
    private readonly List<(uint Reference, uint Flags)> _mappings = [];
    private readonly Stack<uint> _free = new();

    /// <summary>Mappings that exist now.</summary>
    public int MappedCount => _mappings.Count - _free.Count;

    /// <summary>Maps a whole page.</summary>
    /// <param name="reference">The grant.</param>
    /// <param name="readOnly">False asks for the right to write, which the guest may have withheld.</param>
    /// <param name="mapping">The mapping; only on <see cref="GrantStatus.Okay"/>.</param>
    public GrantStatus Map(uint reference, bool readOnly, out BackendMapping mapping)
    {
        mapping = default;
        uint flags = GrantMapFlags.Host | (readOnly ? GrantMapFlags.ReadOnly : 0);
        GrantStatus status = guest.Grants.BeginMapping(reference, DomainId.Control, flags, out MachineFrame frame);
        if (status != GrantStatus.Okay)
            return status;
        if (!_free.TryPop(out uint handle))
        {
            handle = (uint)_mappings.Count;
            _mappings.Add(default);
        }

        _mappings[(int)handle] = (reference, flags);
        mapping = new BackendMapping(handle, frame, readOnly);
        return GrantStatus.Okay;
    }

    /// <summary>Ends a mapping.</summary>
    public GrantStatus Unmap(uint handle)
    {
        if (handle >= _mappings.Count || _mappings[(int)handle] is not (var reference, not 0 and var flags))
            return GrantStatus.BadHandle;
        _mappings[(int)handle] = default;
        _free.Push(handle);
        guest.Grants.EndMapping(reference, flags);
        return GrantStatus.Okay;
    }

    /// <summary>Ends all mappings, as the end of a back end does.</summary>
    public void UnmapAll()
    {
        for (uint handle = 0; handle < _mappings.Count; handle++)
            Unmap(handle);
    }

    /// <summary>Copies out of a granted page, or the granted part of one.</summary>
    /// <param name="reference">The grant.</param>
    /// <param name="offset">First byte within the page.</param>
    /// <param name="destination">Where to; its length is how much.</param>
    public GrantStatus CopyFrom(uint reference, int offset, Span<byte> destination)
    {
        GrantStatus status = Begin(reference, offset, destination.Length, readOnly: true, out MachineFrame frame);
        if (status != GrantStatus.Okay)
            return status;
        guest.Memory.Span(frame).Slice(offset, destination.Length).CopyTo(destination);
        guest.Grants.EndCopy(reference, readOnly: true);
        return GrantStatus.Okay;
    }

    /// <summary>Copies into a granted page, or the granted part of one.</summary>
    /// <param name="reference">The grant.</param>
    /// <param name="offset">First byte within the page.</param>
    /// <param name="source">What.</param>
    public GrantStatus CopyTo(uint reference, int offset, ReadOnlySpan<byte> source)
    {
        GrantStatus status = Begin(reference, offset, source.Length, readOnly: false, out MachineFrame frame);
        if (status != GrantStatus.Okay)
            return status;
        source.CopyTo(guest.Memory.WritableSpan(frame, offset, source.Length));
        guest.Grants.EndCopy(reference, readOnly: false);
        return GrantStatus.Okay;
    }

    private GrantStatus Begin(uint reference, int offset, int length, bool readOnly, out MachineFrame frame)
    {
        GrantStatus status = guest.Grants.BeginCopy(reference, DomainId.Control, readOnly, out GrantedRange range);
        frame = range.Frame;
        if (status != GrantStatus.Okay)
            return status;
        if (offset < 0 || length > GuestMemory.FrameSize - offset)
            status = GrantStatus.BadCopyArgument;
        else if (!range.Contains(offset, length))
            status = GrantStatus.GeneralError;
        if (status != GrantStatus.Okay)
            guest.Grants.EndCopy(reference, readOnly);
        return status;
    }
}
