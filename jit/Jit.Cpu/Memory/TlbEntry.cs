using System.Runtime.InteropServices;

namespace Rebound.Jit.Cpu;

/// <summary>
/// One entry of the software TLB. A tag is the page's virtual address if that kind of access may go straight to host memory,
/// <see cref="InvalidTag"/> otherwise. Compiled code compares one tag and adds <see cref="Addend"/>.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct TlbEntry
{
    /// <summary>Never equals a page address, because its low bit is set.</summary>
    public const ulong InvalidTag = 1;

    public const int Size = 32;

    /// <summary>An entry that allows nothing.</summary>
    public static TlbEntry Invalid => new() { ReadTag = InvalidTag, WriteTag = InvalidTag, ExecuteTag = InvalidTag };

    public ulong ReadTag;
    public ulong WriteTag;
    public ulong ExecuteTag;

    /// <summary>Host address minus guest virtual address.</summary>
    public nint Addend;
}

/// <summary>Where compiled code for a virtual address starts; see <see cref="CpuState.JumpCache"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct JumpCacheEntry
{
    public const int Count = 1024;
    public const int Size = 32;

    /// <summary>Not a canonical address: matches no RIP.</summary>
    public const ulong InvalidRip = 0x8000_0000_0000_0001;

    public ulong Rip;

    /// <summary>Function pointer of the compiled region.</summary>
    public nint Code;

    /// <summary>Entry index passed to it.</summary>
    public nint Entry;

    public nint Reserved;

    /// <summary>Index for an address: instructions are unaligned, so low bits take part.</summary>
    public static int IndexOf(ulong rip) => (int)((rip ^ (rip >> 10)) & (Count - 1));
}
