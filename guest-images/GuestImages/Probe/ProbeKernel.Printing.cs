using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Probe;

internal sealed partial class ProbeKernel
{
    /// <summary>Emits the line of a case's start.</summary>
    public void SayTitle(int number, string title) => K.Say($"== {number:x2} {title}");

    /// <summary>Emits the line of what is given to the iret hypercall.</summary>
    public void SayIret(ulong rip, ulong rflags, ulong ss, ulong flags) =>
        K.Say($"  iret   rip={rip:x} cs={KernelBuilder.FlatCode:x} rflags={rflags:x} ss={ss:x} flags={flags:x}");

    /// <summary>Emits the lines about an entry: which, what user mode found (if the code stored it), the live registers, the frame.</summary>
    public void SayEntry(bool userStored, bool faultAddress)
    {
        K.mov(rbx, __qword_ptr[_entry]);
        K.Print("  entry: ", Part.TextAt(__qword_ptr[rbx]), "  upcall_mask=", Part.Hex(__qword_ptr[_upcallMask]),
            " upcall_pending=", Part.Hex(__qword_ptr[_upcallPending]));
        if (faultAddress) K.Print(" cr2=", Part.Hex(__qword_ptr[K.SharedInfoPage + SharedInfo.FaultAddress]));
        K.Say();
        if (userStored) SayRegisters("user  ", UserData + ProbeProgram.Found);
        SayRegisters("kernel", _state);
        K.Print("  frame ");
        K.mov(rdi, __qword_ptr[_state + RegisterFile.Rsp]);
        K.mov(rsi, __qword_ptr[_stackStart]);
        K.mov(rdx, __qword_ptr[rbx + 8]);
        K.Call(K.Routine("put_words", EmitPutWords));
        K.Say();
    }

    /// <summary>Emits the line about a case that entered nothing: the registers behind it.</summary>
    public void SayAfter() => SayRegisters("after ", _state);

    /// <summary>Emits a line of the registers in a dump that differ from the pattern; rsp and rflags always show.</summary>
    private void SayRegisters(string label, ulong dump)
    {
        K.Print($"  {label}");
        K.Load(rdi, dump);
        K.Call(K.Routine("put_registers", EmitPutRegisters));
        K.Say();
    }

    /// <summary>Prints " name=value" for what differs in the dump at rdi.</summary>
    private void EmitPutRegisters()
    {
        Label next = K.CreateLabel(), same = K.CreateLabel(), print = K.CreateLabel();
        K.push(rbx);
        K.push(r12);
        K.mov(r12, rdi);
        K.xor(ebx, ebx);
        K.Label(ref next);
        K.cmp(ebx, RegisterFile.Count - 1);
        K.je(print);
        K.mov(rax, __qword_ptr[r12 + rbx * 8]);
        K.cmp(rax, __qword_ptr[rbx * 8 + Signed(_pattern)]);
        K.je(same);
        K.Label(ref print);
        K.Print(" ", Part.TextAt(__qword_ptr[rbx * 8 + Signed(_names)]), "=", Part.Hex(__qword_ptr[r12 + rbx * 8]));
        K.Label(ref same);
        K.inc(ebx);
        K.cmp(ebx, RegisterFile.Count);
        K.jne(next);
        K.pop(r12);
        K.pop(rbx);
        K.ret();
    }

    /// <summary>Prints the words from rdi up to rsi with the names in the table at rdx.</summary>
    private void EmitPutWords()
    {
        Label next = K.CreateLabel(), done = K.CreateLabel();
        AssemblerRegister64[] kept = [rbx, r12, r13, r14];
        foreach (AssemblerRegister64 register in kept) K.push(register);
        K.mov(rbx, rdi);
        K.mov(r12, rsi);
        K.mov(r13, rdx);
        K.lea(r14, __[rdx + MostFrameWords * 8]);
        K.Label(ref next);
        K.cmp(rbx, r12);
        K.jae(done);
        K.cmp(r13, r14);
        K.je(done);
        K.Print(" ", Part.TextAt(__qword_ptr[r13]), "=", Part.Hex(__qword_ptr[rbx]));
        K.add(rbx, 8);
        K.add(r13, 8);
        K.jmp(next);
        K.Label(ref done);
        foreach (AssemblerRegister64 register in kept.Reverse()) K.pop(register);
        K.ret();
    }

    private static long Signed(ulong address) => unchecked((long)address);
}
