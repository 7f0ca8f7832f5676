using System.Globalization;
using Rebound.Engine.Disks;

namespace Rebound.Engine.Tests.Devices;

/// <summary>A disk in memory that writes down what is done to it.</summary>
internal sealed class MemoryDisk(int sectors) : IDisk
{
    public byte[] Bytes { get; } = new byte[sectors * IDisk.SectorSize];

    /// <summary>"read 8+2", "write 8+2", "flush", "discard 8+2".</summary>
    public List<string> Done { get; } = [];

    /// <summary>Thrown by every operation, as a host's file would.</summary>
    public Exception? Failure { get; set; }

    public ulong Sectors => (ulong)sectors;

    public bool IsReadOnly { get; init; }

    public bool CanDiscard { get; init; } = true;

    public void Read(ulong sector, Span<byte> destination) => Part("read", sector, destination.Length).CopyTo(destination);

    public void Write(ulong sector, ReadOnlySpan<byte> source) => source.CopyTo(Part("write", sector, source.Length));

    public void Flush() => Do("flush");

    public void Discard(ulong sector, ulong count) => Part("discard", sector, (int)count * IDisk.SectorSize).Clear();

    public void Dispose()
    {
    }

    private Span<byte> Part(string what, ulong sector, int length)
    {
        Do(string.Create(CultureInfo.InvariantCulture, $"{what} {sector}+{length / IDisk.SectorSize}"));
        return Bytes.AsSpan((int)sector * IDisk.SectorSize, length);
    }

    private void Do(string what)
    {
        if (Failure is not null)
            throw Failure;
        Done.Add(what);
    }
}
