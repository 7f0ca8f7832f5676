using Iced.Intel;
using Rebound.GuestImages.Building;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.GuestImages.Unix;

/// <summary>
/// The text that all processes share. Each process checks after every system call that the flags a program relies on are
/// what they were, says so if they are not, and does things that wrong flags spoil: misaligned accesses and string moves.
/// Its exit status is 0 when all was well, 1 when its flags changed, 2 when a result was wrong.
/// </summary>
internal sealed class UserProcesses : UserProgram
{
    /// <summary>Where each process has its data page, and the end of its stack page.</summary>
    public const ulong DataPage = 0x480000, StackEnd = 0x501000;

    // TF, DF, NT, AC, ID: what no system call may change; the others carry results
    private const int ControlFlags = 1 << 8 | 1 << 10 | 1 << 14 | 1 << 18 | 1 << 21;
    private const int ArithmeticFlags = 0x8d5;
    private const int StatusFlagsChanged = 1, StatusWrongResult = 2;

    private readonly SystemCalls _calls;
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, Entry> _library = [];

    public UserProcesses(SystemCalls calls)
        : base(UserSpace.Base)
    {
        _calls = calls;
        Add("init", EmitInit);
        Add("sh", EmitShell);
        Add("date", EmitDate);
        Add("cc", EmitCompiler);
        Content = Finish();
    }

    /// <summary>The bytes of the text page.</summary>
    public byte[] Content { get; }

    /// <summary>Name and first instruction of each process.</summary>
    public IEnumerable<(string Name, ulong Entry)> All => _entries.Select(entry => (entry.Name, AddressOf(entry.Label)));

    private void Add(string name, Action<string> body)
    {
        var entry = new Entry(name, CreateLabel(name), () => body(name));
        _entries.Add(entry);
    }

    private byte[] Finish()
    {
        foreach (Entry entry in _entries)
        {
            Label(ref entry.Label);
            xor(r15d, r15d); // r15: the exit status so far
            var (name, length) = Text(entry.Name);
            lea(rbp, name); // rbp, r14d: the name and its length, for messages
            mov(r14d, length);
            entry.Body();
        }

        while (_library.Values.FirstOrDefault(entry => !entry.Emitted) is { } routine)
        {
            routine.Emitted = true;
            Label(ref routine.Label);
            routine.Body();
        }

        return ToBytes();
    }

    /// <summary>The first process: its number is 1; a misaligned word is written and read back.</summary>
    private void EmitInit(string name)
    {
        const ulong pattern = 0x0123456789abcdef;
        Label good = CreateLabel();
        CheckedCall(_calls.GetPid);
        cmp(eax, 1);
        je(good);
        ExitWith(StatusWrongResult);
        Label(ref good);
        WriteChecked($"  {name}: getpid says 1\n");
        mov(rax, pattern);
        mov(__qword_ptr[DataPage + 0x103], rax);
        mov(rbx, __qword_ptr[DataPage + 0x103]);
        RequireEqual(rbx, rax);
        WriteChecked($"  {name}: misaligned store and load done\n");
        Exit();
    }

    /// <summary>A shell: many calls with the arithmetic flags set, and a push onto a stack that is not aligned.</summary>
    private void EmitShell(string name)
    {
        const int rounds = 64;
        Label next = CreateLabel();
        mov(ebx, rounds);
        Label(ref next);
        push(0x202 | ArithmeticFlags);
        popfq();
        CheckedCall(_calls.GetPid);
        dec(ebx);
        jnz(next);
        WriteChecked($"  {name}: {rounds} calls of getpid\n");
        mov(rbx, rsp);
        lea(rsp, __[rbx - 3]);
        push(rbx);
        pop(rax);
        mov(rsp, rbx);
        RequireEqual(rbx, rax);
        WriteChecked($"  {name}: misaligned push and pop done\n");
        Exit();
    }

    /// <summary>String instructions right after a call: they run backwards if DF came back set. Their target is misaligned.</summary>
    private void EmitDate(string name)
    {
        const ulong target = DataPage + 0x201;
        const int unit = 4;
        var (source, length) = Text($"  {name}: Mon Oct 15 02:17:00 UTC 2007\n");
        CheckedCall(_calls.GetPid);
        lea(rsi, source);
        mov(rdi, target);
        mov(ecx, length / unit);
        rep.movsd();
        mov(ecx, length % unit);
        rep.movsb();
        mov(rax, target + (ulong)length);
        RequireEqual(rdi, rax);
        mov(rsi, target);
        mov(edx, length);
        Call("write_checked", EmitWriteChecked);
        Exit();
    }

    /// <summary>Arithmetic over misaligned words: a sum with a known result.</summary>
    private void EmitCompiler(string name)
    {
        const int words = 100;
        Label fill = CreateLabel(), sum = CreateLabel();
        WriteChecked($"  {name}: compiling\n");
        xor(ecx, ecx);
        mov(rdi, DataPage + 0x301);
        Label(ref fill);
        mov(__dword_ptr[rdi + rcx * 4], ecx);
        inc(ecx);
        cmp(ecx, words);
        jne(fill);
        xor(ebx, ebx);
        Label(ref sum);
        dec(ecx);
        add(ebx, __dword_ptr[rdi + rcx * 4]);
        test(ecx, ecx);
        jnz(sum);
        mov(eax, words * (words - 1) / 2);
        RequireEqual(rbx, rax);
        WriteChecked($"  {name}: {words} misaligned words added\n");
        Exit();
    }

    private void RequireEqual(AssemblerRegister64 left, AssemblerRegister64 right)
    {
        Label good = CreateLabel();
        cmp(left, right);
        je(good);
        ExitWith(StatusWrongResult);
        Label(ref good);
        nop();
    }

    private void WriteChecked(string text)
    {
        var (address, length) = Text(text);
        lea(rsi, address);
        mov(edx, length);
        Call("write_checked", EmitWriteChecked);
    }

    private void EmitWriteChecked()
    {
        mov(edi, 1);
        CheckedCall(_calls.Write);
        ret();
    }

    private void CheckedCall(int number)
    {
        mov(eax, number);
        Call("checked_call", EmitCheckedCall);
    }

    /// <summary>One system call, number in eax; afterwards the flags are compared with those before it.</summary>
    private void EmitCheckedCall()
    {
        Label same = CreateLabel();
        pushfq();
        pop(r12);
        syscall();
        pushfq();
        pop(r13);
        push(rax);
        mov(rax, r12);
        xor(rax, r13);
        test(eax, ControlFlags);
        jz(same);
        test(r15d, r15d);
        jnz(same); // said once
        mov(r15d, StatusFlagsChanged);
        Call("complain", EmitComplain);
        Label(ref same);
        pop(rax);
        ret();
    }

    private void EmitComplain()
    {
        Raw("  ");
        mov(rsi, rbp);
        mov(edx, r14d);
        Call("write_raw", EmitWriteRaw);
        Raw(": rflags are ");
        mov(rsi, r13);
        Call("write_hex", EmitWriteHex);
        Raw(" after a system call, were ");
        mov(rsi, r12);
        Call("write_hex", EmitWriteHex);
        Raw("\n");
        ret();
    }

    private void Raw(string text)
    {
        var (address, length) = Text(text);
        lea(rsi, address);
        mov(edx, length);
        Call("write_raw", EmitWriteRaw);
    }

    private void EmitWriteRaw()
    {
        mov(edi, 1);
        mov(eax, _calls.Write);
        syscall();
        ret();
    }

    /// <summary>Writes the number in rsi in hexadecimal: digits are stored downwards from the end of a buffer on the data page.</summary>
    private void EmitWriteHex()
    {
        const ulong bufferEnd = DataPage + 0x40;
        Label next = CreateLabel(), digit = CreateLabel();
        mov(rdi, bufferEnd);
        Label(ref next);
        mov(eax, esi);
        and(eax, 15);
        cmp(al, 10);
        jb(digit);
        add(al, 'a' - '0' - 10);
        Label(ref digit);
        add(al, (sbyte)'0');
        dec(rdi);
        mov(__byte_ptr[rdi], al);
        shr(rsi, 4);
        jnz(next);
        mov(rsi, rdi);
        mov(rdx, bufferEnd);
        sub(rdx, rdi);
        jmp(Library("write_raw", EmitWriteRaw).Label);
    }

    private void ExitWith(int status)
    {
        mov(r15d, status);
        Exit();
    }

    private void Exit() => jmp(Library("exit", EmitExit).Label);

    private void EmitExit()
    {
        mov(edi, r15d);
        mov(eax, _calls.Exit);
        syscall();
        ud2();
    }

    private void Call(string name, Action body) => call(Library(name, body).Label);

    private Entry Library(string name, Action body)
    {
        if (_library.TryGetValue(name, out Entry? known)) return known;
        return _library[name] = new Entry(name, CreateLabel(name), body);
    }

    private sealed class Entry(string name, Label label, Action body)
    {
        public Label Label = label;

        public string Name { get; } = name;

        public Action Body { get; } = body;

        public bool Emitted { get; set; }
    }
}
