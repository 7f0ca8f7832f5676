using System.Runtime.InteropServices;
using Iced.Intel;
using NUnit.Framework;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Floats;

/// <summary>State around one native floating-point instruction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FloatFrame
{
    public uint Mxcsr;
    public ushort Control;
    public ushort Unused;

    /// <summary>RAX before and after.</summary>
    public ulong Rax;

    /// <summary>RFLAGS after.</summary>
    public ulong Flags;
    public ulong Unused2;
    public fixed ulong Xmm0[2];
    public fixed ulong Xmm1[2];
    public fixed ulong Xmm2[2];

    /// <summary>Two operands of 80 bits, 16 bytes each: ST(1) and ST(0) of the instruction.</summary>
    public fixed ulong St1[2];
    public fixed ulong St0[2];

    /// <summary>Memory at RSI.</summary>
    public fixed ulong Memory[2];

    /// <summary>What FNSAVE stores: control, status and tag words, 32-bit layout, then ST(0) to ST(7).</summary>
    public fixed byte Saved[128];

    public readonly ushort Status => (ushort)(Saved[4] | (Saved[5] << 8));

    public readonly ushort Tags => (ushort)(Saved[8] | (Saved[9] << 8));
}

/// <summary>
/// Executes floating-point instructions on the host's processor under a given MXCSR or x87 control word. Unmasked x87 exceptions are safe here: FNSAVE does
/// not wait and takes them along.
/// </summary>
internal sealed unsafe partial class HostFloats : IDisposable
{
    private const int CodeBytes = 4096;
    private readonly byte* _code;

    public HostFloats()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Ignore("needs an x86-64 Linux host to execute guest instructions natively");
        _code = (byte*)MemoryMap(0, CodeBytes, 7, 0x22, -1, 0);
        if ((nint)_code == -1)
            Assert.Ignore("the host gives no executable memory");
    }

    /// <summary>Places an SSE instruction on xmm0, xmm1, xmm2, rax.</summary>
    public void LoadSse(params byte[] instruction)
    {
        Assembler c = new(64);
        c.sub(rsp, 8);
        c.stmxcsr(__[rsp]);
        c.mov(rax, __[rdi + 8]);
        c.movdqu(xmm0, __[rdi + 32]);
        c.movdqu(xmm1, __[rdi + 48]);
        c.movdqu(xmm2, __[rdi + 64]);
        c.ldmxcsr(__[rdi]);
        c.db(instruction);
        c.stmxcsr(__[rdi]);
        c.ldmxcsr(__[rsp]);
        c.movdqu(__[rdi + 32], xmm0);
        c.mov(__[rdi + 8], rax);
        c.pushfq();
        c.pop(__qword_ptr[rdi + 16]);
        c.add(rsp, 8);
        c.ret();
        Place(c);
    }

    /// <summary>Places x87 instructions on as many operands (0, 1 or 2) on the stack; RSI points to <see cref="FloatFrame.Memory"/>.</summary>
    public void LoadX87(int operands, params byte[] instruction)
    {
        Assembler c = new(64);
        c.lea(rsi, __[rdi + 112]);
        c.fninit();
        if (operands > 1)
            c.fld(__tword_ptr[rdi + 80]);
        if (operands > 0)
            c.fld(__tword_ptr[rdi + 96]);
        c.fldcw(__[rdi + 4]);
        c.db(instruction);
        c.pushfq();
        c.pop(__qword_ptr[rdi + 16]);
        c.fnsave(__[rdi + 128]);
        c.fninit();
        c.ret();
        Place(c);
    }

    public void Run(ref FloatFrame frame)
    {
        fixed (FloatFrame* pointer = &frame)
            ((delegate* unmanaged<FloatFrame*, void>)_code)(pointer);
    }

    public void Dispose() => _ = MemoryUnmap((nint)_code, CodeBytes);

    private void Place(Assembler assembler) => assembler.ToBytes(0).CopyTo(new Span<byte>(_code, CodeBytes));

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MemoryMap(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nint length);
}
