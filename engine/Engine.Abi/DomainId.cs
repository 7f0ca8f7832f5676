namespace Rebound.Engine.Abi;

/// <summary>Reserved domain numbers (public/xen.h, DOMID_*).</summary>
public static class DomainId
{
    /// <summary>The control domain, to which the store and console back ends belong.</summary>
    public const ushort Control = 0;

    /// <summary>Numbers from here on are reserved.</summary>
    public const ushort FirstReserved = 0x7ff0;

    /// <summary>The caller itself.</summary>
    public const ushort Self = 0x7ff0;

    public const ushort Io = 0x7ff1;

    /// <summary>Xen itself.</summary>
    public const ushort Xen = 0x7ff2;
}
