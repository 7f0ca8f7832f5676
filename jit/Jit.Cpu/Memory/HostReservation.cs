using System.Runtime.InteropServices;

namespace Rebound.Jit.Cpu;

/// <summary>
/// A range of the host's addresses that reads as zeros and costs memory only where it was written. On Linux an anonymous mapping without reservation of
/// swap; on Windows a reservation of which 2 MiB at a time are committed, before anybody touches them.
/// </summary>
internal sealed unsafe partial class HostReservation : IDisposable
{
    private const int ChunkShift = 21;
    private const nuint ChunkSize = 1 << ChunkShift;
    private const nuint PageSize = 4096;

    /// <summary>Beyond this size a guest is expected to use a part of its memory only, and huge pages would make whole 2 MiB of a touched byte.</summary>
    private const nuint LargestWithHugePages = 1u << 30;

    private readonly nuint _length;
    private readonly bool[]? _committed;
    private byte* _start;

    /// <param name="length">Bytes, a multiple of 4096.</param>
    /// <exception cref="InsufficientMemoryException">The host has no such range.</exception>
    public HostReservation(nuint length)
    {
        _length = length;
        if (OperatingSystem.IsWindows())
        {
            _start = (byte*)WindowsReserve(null, length, Windows.Reserve, Windows.ReadWrite);
            _committed = new bool[(int)((length + ChunkSize - 1) >> ChunkShift)];
        }
        else
        {
            void* mapped = LinuxMap(null, length, Linux.Read | Linux.Write, Linux.Private | Linux.Anonymous | Linux.NoReserve, -1, 0);
            _start = mapped == (void*)-1 ? null : (byte*)mapped;
        }

        if (_start == null)
            throw new InsufficientMemoryException($"The host has no range of {length} bytes.");
        if (_committed is null && length > LargestWithHugePages)
            _ = LinuxAdvise(_start, length, Linux.NoHugePages);
    }

    /// <summary>Host address of the first byte; a multiple of 4096.</summary>
    public byte* Start => _start;

    /// <summary>True if <see cref="Commit"/> must be called before memory is touched.</summary>
    public bool CommitsOnDemand => _committed is not null;

    /// <summary>Makes the 2 MiB around an offset usable.</summary>
    /// <exception cref="InsufficientMemoryException">The host has no memory left.</exception>
    public void Commit(nuint offset)
    {
        ref bool committed = ref _committed![(int)(offset >> ChunkShift)];
        if (committed)
            return;
        nuint start = offset & ~(ChunkSize - 1);
        if (WindowsReserve(_start + start, nuint.Min(ChunkSize, _length - start), Windows.Commit, Windows.ReadWrite) == null)
            throw new InsufficientMemoryException("The host has no memory left for the guest.");
        committed = true;
    }

    /// <summary>Makes a page zeros and gives its memory back where the host can take it.</summary>
    public void Discard(nuint offset)
    {
        if (_committed is not null || LinuxAdvise(_start + offset, PageSize, Linux.DontNeed) != 0)
            new Span<byte>(_start + offset, (int)PageSize).Clear();
    }

    /// <summary>Bytes that the host keeps in memory; null where it does not say.</summary>
    public long? ResidentBytes()
    {
        if (_committed is not null)
            return _committed.LongCount(committed => committed) << ChunkShift;
        const nuint step = 1u << 30;
        byte[] present = new byte[(int)(step / PageSize)];
        long count = 0;
        for (nuint offset = 0; offset < _length; offset += step)
        {
            nuint length = nuint.Min(step, _length - offset);
            fixed (byte* vector = present)
            {
                if (LinuxResident(_start + offset, length, vector) != 0)
                    return null;
            }

            foreach (byte page in present.AsSpan(0, (int)(length / PageSize)))
                count += page & 1;
        }

        return count * (long)PageSize;
    }

    public void Dispose()
    {
        if (_start == null)
            return;
        if (_committed is not null)
            _ = WindowsFree(_start, 0, Windows.Release);
        else
            _ = LinuxUnmap(_start, _length);
        _start = null;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void* LinuxMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinuxUnmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinuxAdvise(void* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "mincore")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int LinuxResident(void* address, nuint length, byte* vector);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void* WindowsReserve(void* address, nuint size, uint type, uint protection);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int WindowsFree(void* address, nuint size, uint type);

    /// <summary>Constants of mmap and madvise, x86-64.</summary>
    private static class Linux
    {
        public const int Read = 1;
        public const int Write = 2;
        public const int Private = 2;
        public const int Anonymous = 0x20;
        public const int NoReserve = 0x4000;
        public const int DontNeed = 4;
        public const int NoHugePages = 15;
    }

    /// <summary>Constants of VirtualAlloc and VirtualFree.</summary>
    private static class Windows
    {
        public const uint Commit = 0x1000;
        public const uint Reserve = 0x2000;
        public const uint Release = 0x8000;
        public const uint ReadWrite = 4;
    }
}
