using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Probe;

/// <summary>
/// A kernel that provokes entries into itself, one at a time, and prints everything it then finds: the live registers, the
/// words of Xen's frame, the upcall mask. Each case loads known values into all registers first; only what differs from
/// them is printed.
/// </summary>
internal sealed partial class ProbeKernel
{
    private const ulong Fill = 0x5e5e5e5e5e5e5e5e;
    private const int FillWords = 16;
    private const int MostFrameWords = 16;

    private readonly ulong _state, _entry, _mainStack, _upcallMask, _upcallPending, _target, _stackStart, _pattern, _returnPattern, _names;
    private readonly ulong _frameNames, _frameNamesWithError;

    public ProbeKernel(KernelBuilder builder)
    {
        K = builder;
        _state = K.Zero.Reserve(RegisterFile.Count * 8);
        _entry = K.Zero.Reserve(8);
        _mainStack = K.Zero.Reserve(8);
        _upcallMask = K.Zero.Reserve(8);
        _upcallPending = K.Zero.Reserve(8);
        _target = K.Zero.Reserve(8);
        _stackStart = K.Zero.Reserve(8);
        Failures = K.Zero.Reserve(8);
        KernelStack = K.Zero.Pages();
        UserData = K.Zero.Pages();
        Space = new UserSpace(K);
        _pattern = K.Data.Words(RegisterFile.Pattern);
        _returnPattern = K.Data.Words(RegisterFile.ReturnPattern);
        _names = K.Data.Words([.. RegisterFile.Names.Select(K.Data.Text)]);
        _frameNames = FrameNames("rcx", "r11", "rip", "cs", "rflags", "rsp", "ss");
        _frameNamesWithError = FrameNames("rcx", "r11", "error", "rip", "cs", "rflags", "rsp", "ss");
    }

    public KernelBuilder K { get; }

    /// <summary>The page of the kernel's entry stack; most cases start at its end.</summary>
    public ulong KernelStack { get; }

    /// <summary>The user's data page as the kernel sees it.</summary>
    public ulong UserData { get; }

    /// <summary>The address space of the user code.</summary>
    public UserSpace Space { get; }

    /// <summary>A word that counts the cases that did not go as they should.</summary>
    public ulong Failures { get; }

    /// <summary>A handler that notes its entry and hands over to the code that provoked it.</summary>
    public ProbeEntry Entry(string name, bool hasErrorCode)
    {
        ulong descriptor = K.Data.Words(K.Data.Text(name), hasErrorCode ? _frameNamesWithError : _frameNames, hasErrorCode ? 1ul : 0);
        Routine routine = K.Routine("entry_" + name.Replace(' ', '_'), () =>
        {
            K.mov(__qword_ptr[_entry], unchecked((int)descriptor)); // no register and no flag changes
            K.jmp(K.Routine("entry_common", EmitEntryCommon).Label);
        });
        return new ProbeEntry(name, hasErrorCode, descriptor, routine);
    }

    /// <summary>Emits the address space of a probe program, and makes it the current one.</summary>
    public void MakeUserSpace(ProbeProgram program, byte[] content)
    {
        ulong text = K.Data.Bytes([.. content, .. new byte[-content.Length & 4095]], 4096);
        for (int page = 0; page < content.Length; page += 4096)
            Space.Map(program.Address + (ulong)page, text + (ulong)page, PageRights.UserText);
        Space.Map(ProbeProgram.DataPage, UserData, PageRights.UserData);
        Space.Map(ProbeProgram.ReadOnlyPage, K.Zero.Pages(), PageRights.UserReadOnly);
        Space.Map(ProbeProgram.StackPage, K.Zero.Pages(), PageRights.UserData);
        K.MakeUserSpace(Space);
        K.UseUserSpace(Space.Level4, Space.Level3);
    }

    /// <summary>Emits the choice of the entry stack: its start, and a filling that shows which words Xen wrote.</summary>
    public void UseEntryStack(ulong start)
    {
        K.RequiredHypercall("stack_switch", Hypercall.StackSwitch, KernelBuilder.FlatData, start);
        FillStack(start);
    }

    /// <summary>Emits: run user code from an iret frame until something enters the kernel.</summary>
    public void EnterUser(IretFrame frame, bool returning = false)
    {
        K.Load(rdi, frame.Address);
        K.Load(rsi, returning ? _returnPattern : _pattern);
        K.Call(K.Routine("enter_user", EmitEnterUser));
    }

    /// <summary>Emits: run kernel code at a routine, on the entry stack below <paramref name="stack"/>, until something enters the kernel.</summary>
    public void EnterKernel(Routine code, ulong stack)
    {
        FillStack(stack);
        K.lea(rdi, __[code.Label]);
        K.Load(rsi, stack);
        K.Call(K.Routine("enter_kernel", EmitEnterKernel));
    }

    private ulong FrameNames(params string[] names) =>
        K.Data.Words([.. names.Concat(Enumerable.Repeat("-", MostFrameWords - names.Length)).Select(K.Data.Text)]);

    private void FillStack(ulong start)
    {
        K.Load(rdi, start - FillWords * 8);
        K.Load(rax, Fill);
        K.mov(ecx, FillWords);
        K.rep.stosq();
        K.Load(rax, start);
        K.mov(__qword_ptr[_stackStart], rax);
    }

    private void EmitEnterUser()
    {
        PushMain();
        K.push(__qword_ptr[rdi + IretFrame.Ss]);
        K.push(__qword_ptr[rdi + IretFrame.Rsp]);
        K.push(__qword_ptr[rdi + IretFrame.Rflags]);
        K.push(__qword_ptr[rdi + IretFrame.Cs]);
        K.push(__qword_ptr[rdi + IretFrame.Rip]);
        K.push(__qword_ptr[rdi + IretFrame.Flags]);
        LoadPattern();
        K.IretHypercall();
    }

    private void EmitEnterKernel()
    {
        PushMain();
        K.mov(__qword_ptr[_target], rdi);
        K.mov(rsp, rsi);
        K.push(0x202);
        K.popfq();
        K.Load(rax, Fill);
        K.mov(__qword_ptr[rsp - 8], rax); // the flags' word is filling again
        K.Load(rsi, _pattern);
        LoadPattern();
        K.jmp(__qword_ptr[_target]);
    }

    /// <summary>All registers but rsp from the table at rsi, which is loaded last.</summary>
    private void LoadPattern()
    {
        for (int i = 0; i < RegisterFile.General.Length; i++)
            if (RegisterFile.General[i] != rsi && RegisterFile.General[i] != rsp)
                K.mov(RegisterFile.General[i], __qword_ptr[rsi + i * 8]);
        K.mov(rsi, __qword_ptr[rsi + Array.IndexOf(RegisterFile.General, rsi) * 8]);
    }

    private void PushMain()
    {
        foreach (AssemblerRegister64 register in (AssemblerRegister64[])[rbx, rbp, r12, r13, r14, r15]) K.push(register);
        K.mov(__qword_ptr[_mainStack], rsp);
    }

    /// <summary>Every entry: the registers are stored, and the code that provoked it goes on behind its call.</summary>
    private void EmitEntryCommon()
    {
        for (int i = 0; i < RegisterFile.General.Length; i++) K.mov(__qword_ptr[_state + (ulong)i * 8], RegisterFile.General[i]);
        K.pushfq();
        K.pop(__qword_ptr[_state + RegisterFile.Rflags]);
        K.movzx(eax, __byte_ptr[K.SharedInfoPage + SharedInfo.UpcallMask]);
        K.mov(__qword_ptr[_upcallMask], rax);
        K.movzx(eax, __byte_ptr[K.SharedInfoPage + SharedInfo.UpcallPending]);
        K.mov(__qword_ptr[_upcallPending], rax);
        K.mov(__byte_ptr[K.SharedInfoPage + SharedInfo.UpcallMask], 1);
        K.mov(rsp, __qword_ptr[_mainStack]);
        K.push(0x202);
        K.popfq();
        foreach (AssemblerRegister64 register in (AssemblerRegister64[])[r15, r14, r13, r12, rbp, rbx]) K.pop(register);
        K.ret();
    }
}
