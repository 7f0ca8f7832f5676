namespace Rebound.Engine.Abi;

/// <summary>Flat selectors that Xen keeps in the reserved part of every GDT, and the bounds of that part.</summary>
public static class Selectors
{
    /// <summary>32-bit code at ring 3 (FLAT_RING3_CS32).</summary>
    public const ushort Code32 = 0xe023;

    /// <summary>Flat data at ring 3, the stack of both modes (FLAT_RING3_SS64).</summary>
    public const ushort Stack = 0xe02b;

    /// <summary>64-bit code at ring 3, guest kernel and guest user alike (FLAT_RING3_CS64).</summary>
    public const ushort Code64 = 0xe033;

    /// <summary>Data selectors at start of day (FLAT_RING3_DS64).</summary>
    public const ushort Null = 0;

    /// <summary>First GDT entry that belongs to Xen; a guest's table has at most that many.</summary>
    public const int FirstReservedEntry = 7168;

    /// <summary>GDT pages a guest may give.</summary>
    public const int GuestGdtPages = 14;

    public const int MaximumLdtEntries = 8192;
}
