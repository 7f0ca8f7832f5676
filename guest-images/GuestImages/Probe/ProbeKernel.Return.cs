using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Probe;

internal sealed partial class ProbeKernel
{
    private const int RflagsAlwaysSeen = 0x202; // bit 1, and IF, which is set in user mode whatever the upcall mask is

    /// <summary>
    /// Emits: <paramref name="back"/> becomes the way back into the system call that was just entered, from the words of its
    /// frame, and user code is told which registers it is to find.
    /// </summary>
    public void PrepareReturn(IretFrame back, ulong flags)
    {
        const int selector = 0xffff;
        LoadFrame(rdx);
        K.Load(rax, flags);
        K.mov(__qword_ptr[back.Address + IretFrame.Flags], rax);
        K.mov(rax, __qword_ptr[rdx + OffsetOf(FrameWord.Cs, false)]);
        K.and(eax, selector); // the upcall mask stands above it
        K.mov(__qword_ptr[back.Address + IretFrame.Cs], rax);
        Copy(FrameWord.Rip, IretFrame.Rip);
        Copy(FrameWord.Rflags, IretFrame.Rflags);
        Copy(FrameWord.Rsp, IretFrame.Rsp);
        Copy(FrameWord.Ss, IretFrame.Ss);

        ulong expected = UserData + ProbeProgram.Expected;
        K.Load(rsi, _returnPattern);
        K.Load(rdi, expected);
        K.mov(ecx, RegisterFile.General.Length);
        K.rep.movsq();
        K.mov(rax, __qword_ptr[back.Address + IretFrame.Rsp]);
        K.mov(__qword_ptr[expected + RegisterFile.Rsp], rax);
        K.mov(rax, __qword_ptr[back.Address + IretFrame.Rflags]);
        K.or(rax, RflagsAlwaysSeen);
        K.mov(__qword_ptr[expected + RegisterFile.Rflags], rax);
        if ((flags & IretFrame.InSyscall) == 0) return;
        K.mov(__qword_ptr[expected + RegisterFile.R11], rax); // leaving by SYSRET
        K.mov(rax, __qword_ptr[back.Address + IretFrame.Rip]);
        K.mov(__qword_ptr[expected + RegisterFile.Rcx], rax);

        void Copy(FrameWord from, int to)
        {
            K.mov(rax, __qword_ptr[rdx + OffsetOf(from, false)]);
            K.mov(__qword_ptr[back.Address + (ulong)to], rax);
        }
    }

    /// <summary>Emits the line about a return: user code has reported, in rdi, a bit for each register that was not as given.</summary>
    public void SayReturn()
    {
        Label bad = K.CreateLabel(), end = K.CreateLabel();
        K.mov(rbx, __qword_ptr[_state + RegisterFile.Rdi]);
        K.test(rbx, rbx);
        K.jnz(bad);
        K.Say("  return all registers as given");
        K.jmp(end);
        K.Label(ref bad);
        K.Print("  return");
        K.Call(K.Routine("put_differences", EmitPutDifferences));
        K.Say();
        Fail("registers changed on the way back to user mode");
        K.Label(ref end);
        K.nop();
    }

    /// <summary>Prints " name=value (given value)" for each bit of rbx.</summary>
    private void EmitPutDifferences()
    {
        Label next = K.CreateLabel(), same = K.CreateLabel();
        K.push(r12);
        K.xor(r12d, r12d);
        K.Label(ref next);
        K.bt(rbx, r12);
        K.jnc(same);
        K.Print(" ", Part.TextAt(__qword_ptr[r12 * 8 + Signed(_names)]), "=",
            Part.Hex(__qword_ptr[r12 * 8 + Signed(UserData + ProbeProgram.After)]), " (given ",
            Part.Hex(__qword_ptr[r12 * 8 + Signed(UserData + ProbeProgram.Expected)]), ")");
        K.Label(ref same);
        K.inc(r12d);
        K.cmp(r12d, RegisterFile.Count);
        K.jne(next);
        K.pop(r12);
        K.ret();
    }
}
