using System.Text;

namespace Rebound.User.Tests.Bench;

/// <summary>Values and strings in a program's memory, as system calls pass them.</summary>
internal static class GuestSpan
{
    private const int LongestString = 4096;

    /// <summary>Reads a value of plain bytes; null if it is not all there.</summary>
    public static unsafe T? TryGet<T>(this AddressSpace memory, ulong address)
        where T : unmanaged
    {
        T value = default;
        return memory.TryRead(address, new Span<byte>(&value, sizeof(T))) ? value : null;
    }

    /// <summary>Writes a value of plain bytes; false if the program may not write there.</summary>
    public static unsafe bool TryPut<T>(this AddressSpace memory, ulong address, T value)
        where T : unmanaged => memory.TryWrite(address, new ReadOnlySpan<byte>(&value, sizeof(T)));

    /// <summary>Reads a zero-terminated string of at most 4096 bytes; null if it is not all there.</summary>
    public static string? TryGetString(this AddressSpace memory, ulong address)
    {
        List<byte> bytes = [];
        while (bytes.Count < LongestString)
        {
            if (memory.TryGet<byte>(address + (ulong)bytes.Count) is not { } next)
                return null;
            if (next == 0)
                return Encoding.UTF8.GetString([.. bytes]);
            bytes.Add(next);
        }

        return null;
    }
}
