using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Unix;

internal sealed partial class UnixKernel
{
    // words of the frame once the rcx and r11 words are popped
    private const int FrameRip = 0x00, FrameCs = 0x08, FrameRflags = 0x10, FrameSs = 0x20;

    private static readonly Trap[] Traps =
    [
        new(0, "#DE", "SIGFPE (FPE_INTDIV)", HasErrorCode: false),
        new(1, "#DB", "SIGTRAP (TRAP_TRACE)", HasErrorCode: false),
        new(3, "#BP", "SIGTRAP (TRAP_BRKPT)", HasErrorCode: false, Privilege: 3),
        new(6, "#UD", "SIGILL (ILL_ILLOPC)", HasErrorCode: false),
        new(12, "#SS", "SIGSEGV (SEGV_MAPERR)", HasErrorCode: true),
        new(13, "#GP", "SIGSEGV (SEGV_MAPERR)", HasErrorCode: true),
        new(14, "#PF", "SIGSEGV (SEGV_MAPERR)", HasErrorCode: true),
        new(17, "#AC", "SIGBUS (BUS_ADRALN)", HasErrorCode: true),
    ];

    private static readonly (string Name, int Bit)[] TellingFlags = [("TF", 8), ("DF", 10), ("NT", 14), ("AC", 18)];

    /// <summary>The system call entry: the place where the three kernels differ.</summary>
    private void EmitSyscallEntry()
    {
        _k.pop(rcx);
        _k.pop(r11);
        switch (_path)
        {
            case EntryPath.ReloadFromFrame:
                _k.mov(rcx, __qword_ptr[rsp + FrameRip]);
                _k.mov(r11, __qword_ptr[rsp + FrameRflags]);
                goto case EntryPath.PopAsOnMetal;
            case EntryPath.PopAsOnMetal:
                _k.mov(__qword_ptr[rsp + FrameRip], rcx);
                _k.mov(__qword_ptr[rsp + FrameRflags], r11);
                break;
            case EntryPath.KeepFrame:
                _k.mov(__qword_ptr[rsp + FrameSs], (int)LinuxUserData);
                _k.mov(__qword_ptr[rsp + FrameCs], (int)LinuxUserCode);
                break;
        }

        _k.push(rax);
        foreach (AssemblerRegister64 register in SavedRegisters.Pushed) _k.push(register);
        _k.cld(); // DF is the user's own on releases before 3.1.2, and again, half the time, on 4.17
        Dispatch();
    }

    private void Dispatch()
    {
        Label returning = _k.CreateLabel(), isExit = _k.CreateLabel(), isWrite = _k.CreateLabel(), isGetPid = _k.CreateLabel();
        Label failed = _k.CreateLabel();
        _k.cmp(rax, _calls.Exit);
        _k.je(isExit);
        _k.cmp(rax, _calls.Write);
        _k.je(isWrite);
        _k.cmp(rax, _calls.GetPid);
        _k.je(isGetPid);
        _k.Label(ref failed);
        _k.mov(__qword_ptr[rsp + SavedRegisters.Rax], _calls.ErrorInCarry ? _calls.NoSuchCall : -_calls.NoSuchCall);
        if (_calls.ErrorInCarry) _k.or(__qword_ptr[rsp + SavedRegisters.Rflags], 1);
        _k.jmp(Return().Label);

        _k.Label(ref isExit);
        _k.mov(rbp, rsp);
        SayProcess("exit status ", Part.Dec(__qword_ptr[rbp + SavedRegisters.Rdi]));
        _k.mov(rax, __qword_ptr[rsp + SavedRegisters.Rdi]);
        _k.jmp(EndProcess().Label);

        _k.Label(ref isWrite);
        _k.mov(rdi, __qword_ptr[rsp + SavedRegisters.Rsi]);
        _k.mov(rsi, __qword_ptr[rsp + SavedRegisters.Rdx]);
        _k.cmp(rsi, LongestWrite);
        _k.ja(failed);
        _k.cmp(rdi, (int)UserSpace.Base);
        _k.jb(failed);
        _k.cmp(rdi, (int)UserProcesses.StackEnd - LongestWrite);
        _k.ja(failed);
        _k.mov(__qword_ptr[rsp + SavedRegisters.Rax], rsi);
        _k.Call(_k.PutBytes());
        _k.jmp(returning);

        _k.Label(ref isGetPid);
        _k.mov(rax, __qword_ptr[_processNumber]);
        _k.mov(__qword_ptr[rsp + SavedRegisters.Rax], rax);
        _k.Label(ref returning);
        if (_calls.ErrorInCarry) _k.and(__qword_ptr[rsp + SavedRegisters.Rflags], ~1);
        _k.jmp(Return().Label);
    }

    /// <summary>Back to the process through the iret hypercall with flags 0, with the saved rcx and r11.</summary>
    private Routine Return() => _k.Routine("return_to_user", () =>
    {
        foreach (AssemblerRegister64 register in SavedRegisters.Pushed.Reverse()) _k.pop(register);
        _k.mov(__qword_ptr[rsp], 0); // the number's slot becomes the flags word of the iret frame
        _k.IretHypercall();
    });

    /// <summary>A trap of a process kills it; a trap of the kernel ends everything.</summary>
    private Routine TrapEntry(Trap trap) => _k.Routine($"trap_{trap.Vector}", () =>
    {
        ulong description = _k.Data.Words(_k.Data.Text(trap.Name), _k.Data.Text(trap.Signal), trap.Vector);
        _k.pop(rcx);
        _k.pop(r11);
        if (!trap.HasErrorCode) _k.push(0);
        _k.mov(__qword_ptr[_trap], unchecked((int)description));
        _k.jmp(_k.Routine("trap_common", EmitTrapCommon).Label);
    });

    private void EmitTrapCommon()
    {
        Label fromUser = _k.CreateLabel();
        foreach (AssemblerRegister64 register in SavedRegisters.Pushed) _k.push(register);
        _k.cld();
        _k.mov(rbx, __qword_ptr[_trap]);
        _k.mov(rbp, rsp);
        _k.test(__byte_ptr[rbp + SavedRegisters.Cs], 3);
        _k.jnz(fromUser);
        _k.Panic(Part.TextAt(__qword_ptr[rbx]), " in the kernel, error code ", Part.Hex(__qword_ptr[rbp + SavedRegisters.NumberOrError]),
            ", rip ", Part.Hex(__qword_ptr[rbp + SavedRegisters.Rip]));
        _k.Label(ref fromUser);
        SayProcess("killed by ", Part.TextAt(__qword_ptr[rbx + 8]), ": ", Part.TextAt(__qword_ptr[rbx]), " at rip ",
            Part.Hex(__qword_ptr[rbp + SavedRegisters.Rip]), ", rflags ", Part.Hex(__qword_ptr[rbp + SavedRegisters.Rflags]), FlagNames());
        _k.mov(rax, Killed);
        _k.jmp(EndProcess().Label);
    }

    /// <summary>A part that is the names of the flags that are the trouble, each after a blank; rbp is the saved registers.</summary>
    private Part FlagNames()
    {
        ulong names = _k.Zero.Reserve((ulong)TellingFlags.Length * 3 + 1);
        _k.Load(rdi, names);
        foreach ((string name, int bit) in TellingFlags)
        {
            Label clear = _k.CreateLabel();
            _k.test(__dword_ptr[rbp + SavedRegisters.Rflags], 1 << bit);
            _k.jz(clear);
            _k.mov(__word_ptr[rdi], (short)(' ' | name[0] << 8));
            _k.mov(__byte_ptr[rdi + 2], (sbyte)name[1]);
            _k.add(rdi, 3);
            _k.Label(ref clear);
            _k.nop();
        }

        _k.mov(__byte_ptr[rdi], 0);
        return Part.TextAt(names);
    }

    /// <summary>A line about the running process.</summary>
    private void SayProcess(params ReadOnlySpan<Part> parts) =>
        _k.Say([Part.TextAt(__qword_ptr[_processName]), "[", Part.Dec(__qword_ptr[_processNumber]), "]: ", .. parts]);

    private sealed record Trap(byte Vector, string Name, string Signal, bool HasErrorCode, int Privilege = 0);
}
