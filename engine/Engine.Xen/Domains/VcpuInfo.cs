using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen;

/// <summary>
/// A virtual processor's vcpu_info in guest memory: plain bytes that guest and hypervisor share, at
/// <see cref="Location"/> until the guest registers another place.
/// </summary>
public sealed class VcpuInfo(GuestMemory memory, MachineAddress location)
{
    /// <summary>Where the 64 bytes are; they lie within one frame.</summary>
    public MachineAddress Location { get; private set; } = location;

    /// <summary>True after a successful registration.</summary>
    public bool IsRegistered { get; private set; }

    public bool UpcallPending
    {
        get => memory.Span(Location.Frame)[Location.Offset + VcpuInfoLayout.UpcallPending] != 0;
        set => Write(VcpuInfoLayout.UpcallPending, value);
    }

    /// <summary>True while upcalls are masked.</summary>
    public bool UpcallMasked
    {
        get => UpcallMaskByte != 0;
        set => Write(VcpuInfoLayout.UpcallMask, value);
    }

    /// <summary>The mask as the guest left it, any byte.</summary>
    public byte UpcallMaskByte => memory.Span(Location.Frame)[Location.Offset + VcpuInfoLayout.UpcallMask];

    /// <summary>The mask byte and the three bytes behind it, as frames carry them above the code selector.</summary>
    public uint UpcallMaskWord
    {
        get
        {
            ReadOnlySpan<byte> bytes = memory.Span(Location.Frame).Slice(Location.Offset + VcpuInfoLayout.UpcallMask, 4);
            return bytes[0] | ((uint)bytes[1] << 8) | ((uint)bytes[2] << 16) | ((uint)bytes[3] << 24);
        }
    }

    public ulong PendingSelector
    {
        get => memory.Read64(Location + VcpuInfoLayout.PendingSelector);
        set => memory.Write64(Location + VcpuInfoLayout.PendingSelector, value);
    }

    /// <summary>Address of the last page fault.</summary>
    public ulong Cr2
    {
        get => memory.Read64(Location + VcpuInfoLayout.Cr2);
        set => memory.Write64(Location + VcpuInfoLayout.Cr2, value);
    }

    /// <summary>An upcall waits and is not masked.</summary>
    public bool NeedsUpcall => UpcallPending && !UpcallMasked;

    /// <summary>Moves to a place the guest gave; the caller has checked it and carries the contents over.</summary>
    public void Register(MachineAddress location)
    {
        Location = location;
        IsRegistered = true;
    }

    private void Write(int field, bool value) =>
        memory.WritableSpan(Location.Frame, Location.Offset + field, 1)[0] = value ? (byte)1 : (byte)0;
}
