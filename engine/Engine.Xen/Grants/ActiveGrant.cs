using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Grants;

/// <summary>What Xen remembers of a grant that is in use: the guest may write what it likes into the shared entry meanwhile.</summary>
internal sealed class ActiveGrant
{
    /// <summary>Uses of each sort: see <see cref="GrantPins"/>. 0: the grant is not in use, and the rest means nothing.</summary>
    public uint Pins { get; set; }

    /// <summary>The domain that uses it.</summary>
    public ushort User { get; set; }

    public MachineFrame Frame { get; set; }

    /// <summary>First byte of the page that is granted.</summary>
    public int Start { get; set; }

    public int Length { get; set; }

    /// <summary>Granted for copies only.</summary>
    public bool IsPart { get; set; }

    public bool IsWritten => (Pins & (GrantPins.HostWriteMask | GrantPins.DeviceWriteMask)) != 0;
}

/// <summary>Four counts of uses in one word, as Xen keeps them: each goes up to 128.</summary>
internal static class GrantPins
{
    public const uint HostWrite = 1;
    public const uint HostRead = 1 << 8;
    public const uint DeviceWrite = 1 << 16;
    public const uint DeviceRead = 1 << 24;
    public const uint HostWriteMask = 0xff;
    public const uint DeviceWriteMask = 0xff << 16;

    /// <summary>The uses that a mapping with these GNTMAP flags is; 0 if it is none.</summary>
    public static uint OfMapping(uint flags)
    {
        bool readOnly = (flags & Abi.GrantMapFlags.ReadOnly) != 0;
        uint pins = 0;
        if ((flags & Abi.GrantMapFlags.Device) != 0)
            pins += readOnly ? DeviceRead : DeviceWrite;
        if ((flags & Abi.GrantMapFlags.Host) != 0)
            pins += readOnly ? HostRead : HostWrite;
        return pins;
    }

    /// <summary>True if a count that <paramref name="more"/> adds to is full.</summary>
    public static bool WouldOverflow(uint pins, uint more) => (pins & (more << 7)) != 0;
}
