using System.Runtime.InteropServices;
using Iced.Intel;
using NUnit.Framework;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>Registers around one native instruction.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct HostFrame
{
    public ulong Rax;
    public ulong Rcx;
    public ulong Rdx;
    public ulong Rbx;

    /// <summary>Arithmetic flags only.</summary>
    public ulong Flags;

    /// <summary>RSI at the instruction: a pointer to operands in memory, if it wants one.</summary>
    public void* Rsi;
    public fixed ulong Xmm0[2];
    public fixed ulong Xmm1[2];
}

/// <summary>Executes single instructions on the processor that runs the tests: the independent statement of what they do.</summary>
internal sealed unsafe partial class HostCpu : IDisposable
{
    private const int CodeBytes = 4096;
    private readonly byte* _code;

    public HostCpu()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            Assert.Ignore("needs an x86-64 Linux host to execute guest instructions natively");
        _code = (byte*)MemoryMap(0, CodeBytes, 7, 0x22, -1, 0);
        if ((nint)_code == -1)
            Assert.Ignore("the host gives no executable memory");
    }

    /// <summary>Places an instruction for <see cref="Run"/>. It may use rax, rcx, rdx, rbx, rsi, xmm0, xmm1 and the flags.</summary>
    public void Load(ReadOnlySpan<byte> instruction)
    {
        Assembler c = new(64);
        c.push(rbx);
        c.push(rdi);
        c.mov(rax, __[rdi]);
        c.mov(rcx, __[rdi + 8]);
        c.mov(rdx, __[rdi + 16]);
        c.mov(rbx, __[rdi + 24]);
        c.mov(rsi, __[rdi + 40]);
        c.movdqu(xmm0, __[rdi + 48]);
        c.movdqu(xmm1, __[rdi + 64]);
        c.push(__qword_ptr[rdi + 32]);
        c.popfq();
        c.db(instruction.ToArray());
        c.pushfq();
        c.pop(r9);
        c.pop(rdi);
        c.mov(__[rdi], rax);
        c.mov(__[rdi + 8], rcx);
        c.mov(__[rdi + 16], rdx);
        c.mov(__[rdi + 24], rbx);
        c.mov(__[rdi + 32], r9);
        c.movdqu(__[rdi + 48], xmm0);
        c.movdqu(__[rdi + 64], xmm1);
        c.pop(rbx);
        c.ret();
        c.ToBytes(0).CopyTo(new Span<byte>(_code, CodeBytes));
    }

    public void Run(ref HostFrame frame)
    {
        fixed (HostFrame* pointer = &frame)
            ((delegate* unmanaged<HostFrame*, void>)_code)(pointer);
        frame.Flags &= Cpu.Rflags.Arithmetic;
    }

    public void Dispose() => _ = MemoryUnmap((nint)_code, CodeBytes);

    /// <summary>An instruction of the classic form: prefix for the size, opcode (that of the wide form; one less for bytes), ModRM.</summary>
    public static byte[] Encode(int size, byte[] opcode, byte modRm, byte? mandatory = null)
    {
        List<byte> bytes = [];
        if (size == 2)
            bytes.Add(0x66);
        if (mandatory is { } prefix)
            bytes.Add(prefix);
        if (size == 8)
            bytes.Add(0x48);
        bytes.AddRange(opcode);
        if (size == 1)
            bytes[^1]--;
        bytes.Add(modRm);
        return [.. bytes];
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MemoryMap(nint address, nint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int MemoryUnmap(nint address, nint length);
}
