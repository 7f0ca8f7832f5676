namespace Rebound.GuestImages.Building;

/// <summary>The zero-filled memory of a kernel (".bss") at a fixed address.</summary>
internal sealed class ZeroArea(ulong address)
{
    private ulong _next = address;

    public ulong Address { get; } = address;

    public ulong Size => _next - Address;

    /// <summary>Reserves <paramref name="size"/> bytes; returns their address.</summary>
    public ulong Reserve(ulong size, ulong align = 16)
    {
        _next = (_next + align - 1) & ~(align - 1);
        ulong at = _next;
        _next += size;
        return at;
    }

    /// <summary>Reserves whole pages.</summary>
    public ulong Pages(int count = 1) => Reserve((ulong)count * 4096, 4096);
}
