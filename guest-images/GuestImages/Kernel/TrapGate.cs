namespace Rebound.GuestImages.Building;

/// <summary>One entry of the trap table.</summary>
/// <param name="Vector">Vector number.</param>
/// <param name="Privilege">Lowest privilege (0 to 3) that may raise it with INT.</param>
/// <param name="MaskEvents">Whether Xen sets the upcall mask at the entry.</param>
/// <param name="Entry">The handler.</param>
internal sealed record TrapGate(byte Vector, int Privilege, bool MaskEvents, Routine Entry)
{
    /// <summary>Vector, flags and code selector as the table holds them in its first eight bytes.</summary>
    public ulong FirstWord => Vector | (ulong)(Privilege | (MaskEvents ? 4 : 0)) << 8 | KernelBuilder.FlatCode << 16;
}
