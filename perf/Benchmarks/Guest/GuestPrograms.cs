using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Benchmarks.Guest;

/// <summary>
/// Small functions as machine code, callable by the System V convention (RDI, RSI in, RAX out) natively and as guest code:
/// the very same bytes run on both sides. They touch caller-saved registers only.
/// </summary>
public static class GuestPrograms
{
    /// <summary>CRC-32, bit by bit, of RSI bytes at RDI.</summary>
    public static byte[] Crc32()
    {
        Assembler a = new(64);
        Label outer = a.CreateLabel();
        Label inner = a.CreateLabel();
        a.mov(eax, -1);
        a.Label(ref outer);
        a.movzx(ecx, __byte_ptr[rdi]);
        a.inc(rdi);
        a.xor(eax, ecx);
        a.mov(edx, 8);
        a.Label(ref inner);
        a.mov(ecx, eax);
        a.shr(eax, 1);
        a.and(ecx, 1);
        a.neg(ecx);
        a.and(ecx, unchecked((int)0xedb88320));
        a.xor(eax, ecx);
        a.dec(edx);
        a.jnz(inner);
        a.dec(rsi);
        a.jnz(outer);
        a.not(eax);
        a.ret();
        return Bytes(a);
    }

    /// <summary>Sieve of Eratosthenes over RSI bytes at RDI; returns how many stay zero.</summary>
    public static byte[] Sieve()
    {
        Assembler a = new(64);
        Label clear = a.CreateLabel();
        Label strike = a.CreateLabel();
        Label prime = a.CreateLabel();
        Label skip = a.CreateLabel();
        Label count = a.CreateLabel();
        Label counted = a.CreateLabel();
        a.xor(eax, eax);
        a.Label(ref clear);
        a.mov(__byte_ptr[rdi + rax], 0);
        a.inc(rax);
        a.cmp(rax, rsi);
        a.jb(clear);
        a.mov(ecx, 2);
        a.Label(ref prime);
        a.cmp(__byte_ptr[rdi + rcx], 0);
        a.jne(skip);
        a.mov(rdx, rcx);
        a.imul(rdx, rcx);
        a.Label(ref strike);
        a.cmp(rdx, rsi);
        a.jae(skip);
        a.mov(__byte_ptr[rdi + rdx], 1);
        a.add(rdx, rcx);
        a.jmp(strike);
        a.Label(ref skip);
        a.inc(rcx);
        a.mov(rdx, rcx);
        a.imul(rdx, rcx);
        a.cmp(rdx, rsi);
        a.jb(prime);
        a.xor(eax, eax);
        a.xor(ecx, ecx);
        a.Label(ref count);
        a.cmp(__byte_ptr[rdi + rcx], 0);
        a.jne(counted);
        a.inc(rax);
        a.Label(ref counted);
        a.inc(rcx);
        a.cmp(rcx, rsi);
        a.jb(count);
        a.ret();
        return Bytes(a);
    }

    /// <summary>
    /// RDI times around a loop of <paramref name="blocks"/> blocks that do next to nothing; the blocks are <paramref name="distance"/> bytes apart,
    /// so that 4096 puts each on a page of its own.
    /// </summary>
    public static byte[] Ring(int blocks, int distance)
    {
        byte[] code = new byte[blocks * distance];
        for (int i = 0; i < blocks; i++)
        {
            Assembler a = new(64);
            ulong here = (ulong)(i * distance);
            if (i == blocks - 1)
            {
                Label done = a.CreateLabel();
                a.dec(rdi);
                a.jz(done);
                a.jmp(0);
                a.Label(ref done);
                a.ret();
            }
            else
            {
                a.inc(rax);
                a.jmp(here + (ulong)distance);
            }

            Bytes(a, here).CopyTo(code, i * distance);
        }

        return code;
    }

    /// <summary>
    /// Straight code in blocks of seven instructions, two in seven of them memory accesses, as compilers make it; returns at the end.
    /// </summary>
    public static byte[] Mixture(int blocks)
    {
        Assembler a = new(64);
        for (int i = 0; i < blocks; i++)
        {
            Label next = a.CreateLabel();
            a.mov(rax, __qword_ptr[rdi + (i % 64 * 8)]);
            a.add(rax, rsi);
            a.lea(rdx, __[rax + rcx * 4 + i]);
            a.mov(__qword_ptr[rdi + (i % 32 * 8)], rdx);
            a.shr(edx, 3);
            a.cmp(rdx, rcx);
            a.jbe(next);
            a.Label(ref next);
        }

        a.ret();
        return Bytes(a);
    }

    private static byte[] Bytes(Assembler assembler, ulong rip = 0)
    {
        using MemoryStream stream = new();
        assembler.Assemble(new StreamCodeWriter(stream), rip);
        return stream.ToArray();
    }
}
