using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Unix;

/// <summary>
/// A small kernel that runs a handful of processes, each in an address space of its own, one after the other. How it takes
/// the user's rip and rflags from Xen's frame is its <see cref="EntryPath"/>; everything else is the same in all of them.
/// </summary>
internal sealed partial class UnixKernel
{
    private const int KernelStackPages = 2;
    private const ulong UserFlags = 0x202;
    private const int Killed = -1;
    private const int LongestWrite = 256;

    // Linux's selectors for user code and data, and the descriptors behind them
    private const ulong LinuxUserCode = 0x33, LinuxUserData = 0x2b;
    private const ulong CodeDescriptor = 0x00affb000000ffff, DataDescriptor = 0x00cff3000000ffff;

    private readonly KernelBuilder _k;
    private readonly EntryPath _path;
    private readonly SystemCalls _calls;
    private readonly string _name;
    private readonly ulong _resumeStack, _processName, _processNumber, _trap;

    private UnixKernel(KernelBuilder builder, string name, EntryPath path)
    {
        _k = builder;
        _name = name;
        _path = path;
        _calls = path == EntryPath.KeepFrame ? SystemCalls.Linux : SystemCalls.Solaris;
        _resumeStack = _k.Zero.Reserve(8);
        _processName = _k.Zero.Reserve(8);
        _processNumber = _k.Zero.Reserve(8);
        _trap = _k.Zero.Reserve(8);
    }

    private bool LinuxSelectors => _path == EntryPath.KeepFrame;

    /// <summary>Emits the whole kernel.</summary>
    public static void Emit(KernelBuilder builder, string name, EntryPath path) => new UnixKernel(builder, name, path).EmitMain();

    private void EmitMain()
    {
        var programs = new UserProcesses(_calls);
        var processes = programs.All.ToList();
        ulong text = _k.Data.Bytes([.. programs.Content, .. new byte[-programs.Content.Length & 4095]], 4096);
        _k.Begin();
        _k.Say($"{_name}: the system call entry takes ", _path switch
        {
            EntryPath.PopAsOnMetal => "rip from the frame's rcx word, rflags from its r11 word",
            EntryPath.ReloadFromFrame => "rip and rflags from the frame's own words for them",
            _ => "nothing from the rcx and r11 words",
        });
        RegisterEntries();
        if (LinuxSelectors) SetDescriptorTable();
        ulong table = MakeProcesses(processes, text);

        Label next = _k.CreateLabel(), dead = _k.CreateLabel();
        _k.Load(rbx, table);
        _k.xor(r12d, r12d); // survivors
        _k.mov(r13d, 1);
        _k.Label(ref next);
        _k.mov(__qword_ptr[_processNumber], r13);
        _k.mov(rax, __qword_ptr[rbx]);
        _k.mov(__qword_ptr[_processName], rax);
        _k.UseUserSpace(__qword_ptr[rbx + 16], __qword_ptr[rbx + 24]);
        _k.mov(rdi, __qword_ptr[rbx + 8]);
        _k.Call(_k.Routine("run_process", EmitRunProcess));
        _k.test(rax, rax);
        _k.jnz(dead);
        _k.inc(r12d);
        _k.Label(ref dead);
        _k.add(rbx, 32);
        _k.inc(r13d);
        _k.cmp(r13d, processes.Count);
        _k.jbe(next);
        SayResult(processes.Count);
        _k.Shutdown(ShutdownReason.PowerOff);
    }

    private void SayResult(int processes)
    {
        Label all = _k.CreateLabel(), none = _k.CreateLabel(), done = _k.CreateLabel();
        _k.cmp(r12d, processes);
        _k.je(all);
        _k.test(r12d, r12d);
        _k.jz(none);
        _k.Say($"{_name}: ", Part.Dec(r12), $" of {processes} processes survived");
        _k.jmp(done);
        _k.Label(ref none);
        _k.Say($"{_name}: no process survived");
        _k.jmp(done);
        _k.Label(ref all);
        _k.Say($"{_name}: all {processes} processes ran to their end");
        _k.Label(ref done);
        _k.nop();
    }

    /// <summary>Makes the address spaces; gives a table of (name, entry, upper two tables) for each process.</summary>
    private ulong MakeProcesses(List<(string Name, ulong Entry)> processes, ulong text)
    {
        var words = new List<ulong>();
        foreach ((string name, ulong entry) in processes)
        {
            var space = new UserSpace(_k);
            space.Map(UserSpace.Base, text, PageRights.UserText);
            space.Map(UserProcesses.DataPage, _k.Zero.Pages(), PageRights.UserData);
            space.Map(UserProcesses.StackEnd - 4096, _k.Zero.Pages(), PageRights.UserData);
            _k.MakeUserSpace(space);
            words.AddRange([_k.Data.Text(name), entry, space.Level4, space.Level3]);
        }

        return _k.Data.Words([.. words]);
    }

    private void RegisterEntries()
    {
        _k.SetTrapTable([.. Traps.Select(trap => new TrapGate(trap.Vector, trap.Privilege, true, TrapEntry(trap)))]);
        _k.RegisterCallback(CallbackType.Event, _k.IgnoreEvents(), true);
        _k.RegisterCallback(CallbackType.Failsafe, _k.FailsafeEntry(), true);
        _k.RegisterCallback(CallbackType.Syscall, _k.Routine("syscall_entry", EmitSyscallEntry), true);
        ulong stack = _k.Zero.Pages(KernelStackPages) + KernelStackPages * 4096;
        _k.RequiredHypercall("stack_switch", Hypercall.StackSwitch, KernelBuilder.FlatData, stack);
    }

    private void SetDescriptorTable()
    {
        const int entries = 16;
        ulong page = _k.Zero.Pages(), list = _k.Zero.Reserve(8);
        _k.Load(rax, CodeDescriptor);
        _k.mov(__qword_ptr[page + (LinuxUserCode & ~7ul)], rax);
        _k.Load(rax, DataDescriptor);
        _k.mov(__qword_ptr[page + (LinuxUserData & ~7ul)], rax);
        _k.Load(rdi, page);
        _k.Call(_k.MakeReadOnly());
        _k.Load(rdi, page);
        _k.Call(_k.FrameOf());
        _k.mov(__qword_ptr[list], rax);
        _k.RequiredHypercall("set_gdt", Hypercall.SetGdt, list, entries);
    }

    /// <summary>Starts the process whose entry is rdi; returns, when the process has ended, its exit status in rax.</summary>
    private void EmitRunProcess()
    {
        foreach (AssemblerRegister64 register in (AssemblerRegister64[])[rbx, rbp, r12, r13, r14, r15]) _k.push(register);
        _k.mov(__qword_ptr[_resumeStack], rsp);
        _k.push((int)(LinuxSelectors ? LinuxUserData : KernelBuilder.FlatData));
        _k.push((int)UserProcesses.StackEnd);
        _k.push((int)UserFlags);
        _k.push((int)(LinuxSelectors ? LinuxUserCode : KernelBuilder.FlatCode));
        _k.push(rdi);
        _k.push(0);
        foreach (AssemblerRegister64 register in SavedRegisters.Pushed) _k.xor(register, register);
        _k.IretHypercall();
    }

    /// <summary>Ends the running process from within a handler; rax is its status.</summary>
    private void EmitEndProcess()
    {
        _k.mov(rsp, __qword_ptr[_resumeStack]);
        foreach (AssemblerRegister64 register in (AssemblerRegister64[])[r15, r14, r13, r12, rbp, rbx]) _k.pop(register);
        _k.ret();
    }

    private Routine EndProcess() => _k.Routine("end_process", EmitEndProcess);
}
