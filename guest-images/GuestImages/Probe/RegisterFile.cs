using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Probe;

/// <summary>
/// The order of a dump of the processor's registers: sixteen general registers and rflags, eight bytes each. The patterns
/// repeat one byte per register, so that a value on the console tells where it comes from.
/// </summary>
internal static class RegisterFile
{
    /// <summary>General registers in dump order.</summary>
    public static readonly AssemblerRegister64[] General =
        [rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp, r8, r9, r10, r11, r12, r13, r14, r15];

    public const int Rcx = 2 * 8, Rdi = 5 * 8, Rsp = 7 * 8, R11 = 11 * 8, Rflags = 16 * 8;

    /// <summary>Words of a dump.</summary>
    public const int Count = 17;

    /// <summary>Names in dump order.</summary>
    public static IEnumerable<string> Names => General.Select(register => ((Register)register).ToString().ToLowerInvariant()).Append("rflags");

    private static readonly byte[] PatternBytes =
        [0xa0, 0xb0, 0xc0, 0xd0, 0x51, 0xd1, 0xb9, 0x00, 0x08, 0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15];

    /// <summary>What every register but rsp holds before an entry; rsp's word is 0, which it never is.</summary>
    public static ulong[] Pattern => [.. PatternBytes.Select(Repeat)];

    /// <summary>What every register but rsp is given at the return from a system call.</summary>
    public static ulong[] ReturnPattern => [.. PatternBytes.Select(b => Repeat(b) ^ 0x2222222222222222)];

    private static ulong Repeat(byte value) => value * 0x0101010101010101ul;
}
