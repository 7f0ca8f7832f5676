using System.Runtime.InteropServices;

namespace Rebound.Benchmarks.Guest;

/// <summary>Machine code in executable host memory, for the native side of a comparison. Linux x86-64 only.</summary>
public sealed unsafe partial class NativeCode : IDisposable
{
    private const int ReadWriteExecute = 7;
    private const int PrivateAnonymous = 0x22;
    private readonly nint _memory;
    private readonly nuint _length;

    public NativeCode(byte[] code)
    {
        _length = (nuint)((code.Length + 4095) & ~4095);
        _memory = Map(0, _length, ReadWriteExecute, PrivateAnonymous, -1, 0);
        if (_memory == -1)
            throw new InvalidOperationException("the host gives no executable memory");
        Marshal.Copy(code, 0, _memory, code.Length);
    }

    public ulong Call(nint first, ulong second) => ((delegate* unmanaged<nint, ulong, ulong>)_memory)(first, second);

    public void Dispose() => _ = Unmap(_memory, _length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
