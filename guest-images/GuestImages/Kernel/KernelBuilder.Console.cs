using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Building;

internal sealed partial class KernelBuilder
{
    private const int LineSize = 512;
    private const int SchedYield = 0, SchedShutdown = 2;
    private const int EventSend = 4;
    private const int ConsoleWrite = 0;

    private ulong _consoleRing, _consolePort, _line, _lineLength;

    /// <summary>Emits the printing of one console line. All registers are kept, flags are not; a value may not be relative to rsp.</summary>
    public void Say(params ReadOnlySpan<Part> parts)
    {
        Print(parts);
        Print("\n");
    }

    /// <summary>Emits the printing of a piece of a line; the line appears on the console when its end is printed.</summary>
    public void Print(params ReadOnlySpan<Part> parts)
    {
        foreach (Part part in parts)
        {
            push(rdi);
            Load(rdi, part.Kind == PartKind.Text ? Data.Text(part.Text!) : part.Value);
            Call(part.Kind switch
            {
                PartKind.Hex => Routine("put_hex", EmitPutHex),
                PartKind.Dec => Routine("put_dec", EmitPutDec),
                _ => PutText(),
            });
            pop(rdi);
        }
    }

    /// <summary>The routine that prints the rsi bytes at rdi; it keeps all registers.</summary>
    public Routine PutBytes() => Routine("put_bytes", () =>
    {
        Label next = CreateLabel(), done = CreateLabel();
        push(rdi);
        push(rsi);
        push(rbx);
        mov(rbx, rdi);
        Label(ref next);
        test(rsi, rsi);
        jz(done);
        movzx(edi, __byte_ptr[rbx]);
        Call(PutCharacter());
        inc(rbx);
        dec(rsi);
        jmp(next);
        Label(ref done);
        pop(rbx);
        pop(rsi);
        pop(rdi);
        ret();
    });

    private Routine PutText() => Routine("put_text", () =>
    {
        Label next = CreateLabel(), done = CreateLabel();
        push(rbx);
        mov(rbx, rdi);
        Label(ref next);
        movzx(edi, __byte_ptr[rbx]);
        test(edi, edi);
        jz(done);
        Call(PutCharacter());
        inc(rbx);
        jmp(next);
        Label(ref done);
        pop(rbx);
        ret();
    });

    private void EmitPutHex()
    {
        Label next = CreateLabel(), zero = CreateLabel();
        ulong digits = Data.Text("0123456789abcdef");
        push(rax);
        push(rcx);
        push(rdx);
        mov(rdx, rdi);
        xor(ecx, ecx);
        test(rdx, rdx);
        jz(zero);
        bsr(rcx, rdx); // the highest digit that is not zero starts at this bit, rounded down to four
        and(ecx, -4);
        Label(ref zero);
        nop();
        Label(ref next);
        mov(rax, rdx);
        shr(rax, cl);
        and(eax, 15);
        movzx(edi, __byte_ptr[rax + At(digits)]);
        Call(PutCharacter());
        sub(ecx, 4);
        jns(next);
        pop(rdx);
        pop(rcx);
        pop(rax);
        ret();
    }

    private void EmitPutDec()
    {
        Label divide = CreateLabel(), print = CreateLabel();
        push(rax);
        push(rcx);
        push(rdx);
        push(rbx);
        mov(rax, rdi);
        mov(ebx, 10);
        xor(ecx, ecx);
        Label(ref divide);
        xor(edx, edx);
        div(rbx);
        add(edx, (int)'0');
        push(rdx);
        inc(ecx);
        test(rax, rax);
        jnz(divide);
        Label(ref print);
        pop(rdi);
        Call(PutCharacter());
        dec(ecx);
        jnz(print);
        pop(rbx);
        pop(rdx);
        pop(rcx);
        pop(rax);
        ret();
    }

    private Routine PutCharacter() => Routine("put_character", () =>
    {
        Label flush = CreateLabel(), done = CreateLabel();
        push(rax);
        mov(rax, __qword_ptr[_lineLength]);
        mov(__byte_ptr[rax + At(_line)], dil);
        inc(rax);
        mov(__qword_ptr[_lineLength], rax);
        cmp(dil, (sbyte)'\n');
        je(flush);
        cmp(rax, LineSize);
        jb(done);
        Label(ref flush);
        Call(Routine("flush_line", EmitFlushLine));
        Label(ref done);
        pop(rax);
        ret();
    });

    private void EmitFlushLine()
    {
        AssemblerRegister64[] kept = [rcx, rdx, rsi, rdi, r8, r9, r10, r11];
        Label ring = CreateLabel(), done = CreateLabel();
        foreach (AssemblerRegister64 register in kept) push(register);
        cmp(__qword_ptr[_consoleRing], 0);
        jne(ring);
        Hypercall(Building.Hypercall.ConsoleIo, ConsoleWrite, __qword_ptr[_lineLength], _line);
        jmp(done);
        Label(ref ring);
        Call(Routine("write_ring", EmitWriteRing));
        Label(ref done);
        mov(__qword_ptr[_lineLength], 0);
        foreach (AssemblerRegister64 register in kept.Reverse()) pop(register);
        ret();
    }

    /// <summary>Copies the line into the console ring; waits, yielding, while the ring is full.</summary>
    private void EmitWriteRing()
    {
        Label next = CreateLabel(), room = CreateLabel(), done = CreateLabel();
        push(rbx);
        push(r12);
        push(r13);
        mov(rbx, __qword_ptr[_consoleRing]);
        mov(r13d, __dword_ptr[rbx + ConsoleRing.OutProduced]);
        xor(r12d, r12d);
        Label(ref next);
        cmp(r12, __qword_ptr[_lineLength]);
        je(done);
        mov(eax, r13d);
        sub(eax, __dword_ptr[rbx + ConsoleRing.OutConsumed]);
        cmp(eax, ConsoleRing.OutSize);
        jb(room);
        mov(__dword_ptr[rbx + ConsoleRing.OutProduced], r13d);
        Hypercall(Building.Hypercall.EventChannelOp, EventSend, _consolePort);
        Hypercall(Building.Hypercall.SchedOp, SchedYield, 0);
        jmp(next);
        Label(ref room);
        mov(eax, r13d);
        and(eax, ConsoleRing.OutSize - 1);
        mov(cl, __byte_ptr[r12 + At(_line)]);
        mov(__byte_ptr[rbx + rax + ConsoleRing.Out], cl);
        inc(r13d);
        inc(r12);
        jmp(next);
        Label(ref done);
        mov(__dword_ptr[rbx + ConsoleRing.OutProduced], r13d);
        Hypercall(Building.Hypercall.EventChannelOp, EventSend, _consolePort);
        pop(r13);
        pop(r12);
        pop(rbx);
        ret();
    }

    /// <summary>An address as a signed displacement.</summary>
    private static long At(ulong address) => unchecked((long)address);
}
