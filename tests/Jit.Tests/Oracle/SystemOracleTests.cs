using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>System instructions as user programs meet them: allowed, refused, undefined; and which segment a bad address is blamed on.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed class SystemOracleTests(Tier tier)
{
    private const ulong NotCanonical = 0x8000_0000_0000_0000;

    /// <summary>Of the selectors that both sides know: NUL, the kernel's two, the user's two, one beyond the table.</summary>
    private static readonly ulong[] Selectors = [0, 1, 3, 0x10, 0x13, 0x18, 0x1b, 0x28, 0x2b, 0x30, 0x31, 0x33, 0xfff8, 0xffff];

    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    [TestCase("F4", "hlt")]
    [TestCase("FA", "cli")]
    [TestCase("FB", "sti")]
    [TestCase("EC", "in al, dx")]
    [TestCase("66ED", "in ax, dx")]
    [TestCase("E560", "in eax, 60h")]
    [TestCase("EE", "out dx, al")]
    [TestCase("E660", "out 60h, al")]
    [TestCase("6C", "insb")]
    [TestCase("F36D", "rep insd")]
    [TestCase("6F", "outsd")]
    [TestCase("F3666F", "rep outsw")]
    [TestCase("0F06", "clts")]
    [TestCase("0F08", "invd")]
    [TestCase("0F09", "wbinvd")]
    [TestCase("0F013B", "invlpg [rbx]")]
    [TestCase("0F0113", "lgdt [rbx]")]
    [TestCase("0F011B", "lidt [rbx]")]
    [TestCase("0F00D0", "lldt ax")]
    [TestCase("0F0018", "ltr [rax]")]
    [TestCase("0F01F0", "lmsw ax")]
    [TestCase("0F32", "rdmsr")]
    [TestCase("0F30", "wrmsr")]
    [TestCase("0F33", "rdpmc")]
    [TestCase("0F01F8", "swapgs")]
    [TestCase("480F07", "sysretq")]
    [TestCase("0F07", "sysretd")]
    [TestCase("0F35", "sysexit")]
    [TestCase("0F01D1", "xsetbv")]
    [TestCase("0F20C0", "mov rax, cr0")]
    [TestCase("0F22D8", "mov cr3, rax")]
    [TestCase("0F20C8", "mov rax, cr1")]
    [TestCase("0F20E8", "mov rax, cr5")]
    [TestCase("440F20C8", "mov rax, cr9")]
    [TestCase("0F21C0", "mov rax, dr0")]
    [TestCase("0F23F8", "mov dr7, rax")]
    [TestCase("0FAA", "rsm")]
    [TestCase("0F01C8", "monitor")]
    [TestCase("0F01C9", "mwait")]
    [TestCase("0F01CA", "clac")]
    [TestCase("0F01CB", "stac")]
    [TestCase("0F0B", "ud2")]
    [TestCase("0FB9C0", "ud1")]
    [TestCase("0FFFC0", "ud0")]
    [TestCase("0F0EC0", "femms")]
    [TestCase("0F0FC0BB", "pswapd")]
    [TestCase("8EC8", "mov cs, ax")]
    [TestCase("F30F1EC8", "rdsspd")]
    [TestCase("F3480F1EC8", "rdsspq")]
    [TestCase("F30FAEE8", "incsspd")]
    [TestCase("F30F01E8", "setssbsy")]
    [TestCase("0F1803", "prefetchnta")]
    [TestCase("0F18E0", "hint with a register")]
    [TestCase("0F0DC8", "prefetchw with a register")]
    [TestCase("0F1C03", "cldemote")]
    [TestCase("F0F4", "lock hlt")]
    [TestCase("F08B03", "lock mov")]
    [TestCase("F001C8", "lock add of registers")]
    [TestCase("F08303FF", "lock add of memory")]
    [TestCase("F048F7D8", "lock neg of a register")]
    [TestCase("F00FA303", "lock bt")]
    [TestCase("F0E800000000", "lock call")]
    [TestCase("F0A4", "lock movsb")]
    [TestCase("666666666666666666666666666690", "fifteen bytes")]
    [TestCase("66666666666666666666666666666690", "sixteen bytes")]
    [TestCase("F3F2660F6FC1", "rep, repne and 66 at once")]
    [TestCase("F266480F38F1C1", "crc32 with 66 and REX.W")]
    [TestCase("66F2480F38F1C1", "the same the other way round")]
    [TestCase("660F38F003", "movbe of a word")]
    [TestCase("F3480FB8C1", "popcnt")]
    public void Instruction(string code, string what) => _session.Check([Group(what, Convert.FromHexString(code))]);

    [Test]
    public void Selectors_are_inspected()
    {
        List<OracleGroup> groups = [];
        foreach (ulong selector in Selectors)
        {
            groups.Add(Selecting("lar eax", selector, c => c.lar(eax, ecx)));
            groups.Add(Selecting("lar ax", selector, c => c.lar(ax, cx)));
            groups.Add(Selecting("lar r9d", selector, c => c.lar(r9d, ecx)));
            groups.Add(Selecting("lsl eax", selector, c => c.lsl(eax, ecx)));
            groups.Add(Selecting("lsl dx, memory", selector, c =>
            {
                c.mov(__word_ptr[rbx], cx);
                c.lsl(dx, __word_ptr[rbx]);
            }));
            groups.Add(Selecting("verr", selector, c => c.verr(cx)));
            groups.Add(Selecting("verw", selector, c => c.verw(cx)));
        }

        _session.Check(groups);
    }

    [Test]
    public void Selectors_are_loaded()
    {
        List<OracleGroup> groups = [];
        foreach (ulong selector in Selectors)
        {
            groups.Add(Selecting("mov ds", selector, c =>
            {
                c.mov(ds, ecx);
                c.mov(eax, ds);
                c.xor(ecx, ecx);
                c.mov(ds, ecx);
            }));
            groups.Add(Selecting("mov es", selector, c =>
            {
                c.mov(es, ecx);
                c.mov(eax, es);
                c.xor(ecx, ecx);
                c.mov(es, ecx);
            }));
            groups.Add(Selecting("mov ss", selector, c =>
            {
                c.mov(ss, ecx);
                c.mov(eax, ss);
            }));
        }

        _session.Check(groups);
    }

    [Test]
    public void Far_jumps_and_calls()
    {
        List<OracleGroup> groups = [];
        foreach (ulong selector in Selectors)
        {
            groups.Add(Selecting("jmp far", selector, c => FarThrough(c, jump: true)));
            groups.Add(Selecting("call far", selector, c => FarThrough(c, jump: false)));
        }

        groups.Add(Selecting("jmp far 16:64, which reads 16:32", 0x33, c =>
        {
            Label target = c.CreateLabel();
            c.lea(rax, __[target]);
            c.mov(__dword_ptr[rbx], eax);
            c.mov(__word_ptr[rbx + 4], cx);
            c.mov(__dword_ptr[rbx + 6], 0x11223344);
            c.db(0x48, 0xff, 0x2b);
            c.ud2();
            c.Label(ref target);
            c.nop();
        }));
        _session.Check(groups);
    }

    [Test]
    public void Near_branches_of_sixteen_bits() => _session.Check(
    [
        Group("je, taken or not", [0x66, 0x0f, 0x84, 0x10, 0x00]),
        Group("jmp rel16", [0x66, 0xe9, 0x10, 0x00]),
        Group("jmp rel8", [0x66, 0xeb, 0x10]),
        Group("call rel16", [0x66, 0xe8, 0x10, 0x00]),
        Group("ret", [0x66, 0xc3]),
        Group("ret 8", [0x66, 0xc2, 0x08, 0x00]),
        Group("jmp ax", [0x66, 0xff, 0xe0]),
        Group("call ax", [0x66, 0xff, 0xd0]),
        Group("call sp", [0x66, 0xff, 0xd4]),
        Group("call word [rbx]", [0x66, 0xff, 0x13]),
        Group("loop", [0x66, 0xe2, 0x10]),
        Group("loop by ecx", [0x66, 0x67, 0xe2, 0x10]),
        Group("jrcxz", [0x66, 0xe3, 0x10]),
        Group("jecxz", [0x66, 0x67, 0xe3, 0x10]),
    ]);

    [Test]
    public void User_bases() => _session.Check(
    [
        Group("fs", c =>
        {
            c.rdfsbase(rax);
            c.wrfsbase(rbx);
            c.rdfsbase(rdx);
            c.mov(rcx, __qword_ptr.fs[0x10]);
            c.wrfsbase(edi);
            c.rdfsbase(rsi);
            c.rdfsbase(r8d);
            c.wrfsbase(rax);
            c.xor(eax, eax);
        }),
        Group("gs", c =>
        {
            c.rdgsbase(rax);
            c.wrgsbase(rbx);
            c.rdgsbase(rdx);
            c.mov(rcx, __qword_ptr.gs[0x10]);
            c.wrgsbase(rax);
            c.rdgsbase(esi);
        }),
        Group("gs, not canonical", c =>
        {
            c.mov(rax, NotCanonical);
            c.wrgsbase(rax);
        }),
    ]);

    [TestCase("488B00", "mov rax, [rax]")]
    [TestCase("488B4500", "mov rax, [rbp]")]
    [TestCase("3E488B4500", "mov rax, ds:[rbp]")]
    [TestCase("65488B4500", "mov rax, gs:[rbp]")]
    [TestCase("36488B00", "mov rax, ss:[rax]")]
    [TestCase("488B0424", "mov rax, [rsp]")]
    [TestCase("488945FF", "mov [rbp-1], rax")]
    [TestCase("498B4500", "mov rax, [r13]")]
    [TestCase("48870424", "xchg [rsp], rax")]
    [TestCase("50", "push rax")]
    [TestCase("58", "pop rax")]
    [TestCase("C3", "ret")]
    [TestCase("C9", "leave")]
    [TestCase("C8100000", "enter 16, 0")]
    [TestCase("C8100100", "enter 16, 1")]
    [TestCase("9C", "pushf")]
    [TestCase("9D", "popf")]
    [TestCase("FF30", "push [rax]")]
    [TestCase("FF7500", "push [rbp]")]
    [TestCase("8F00", "pop [rax]")]
    [TestCase("8F4500", "pop [rbp]")]
    [TestCase("FF10", "call [rax]")]
    [TestCase("FF5500", "call [rbp]")]
    [TestCase("48CF", "iretq")]
    [TestCase("CB", "retf")]
    [TestCase("A4", "movsb")]
    [TestCase("36A4", "movsb with ss")]
    [TestCase("F3A4", "rep movsb")]
    [TestCase("660F6F4500", "movdqa xmm0, [rbp]")]
    [TestCase("0FAE4500", "fxsave [rbp]")]
    [TestCase("F0480FBA6D0001", "lock bts [rbp], 1")]
    [TestCase("480FC74D00", "cmpxchg16b [rbp]")]
    [TestCase("0F184500", "prefetchnta [rbp]")]
    [TestCase("E800000000", "call")]
    public void An_address_that_is_not_canonical_is_blamed_on_its_segment(string code, string what)
    {
        OracleGroup group = new() { Name = what, Code = [.. Convert.FromHexString(code), 0xcc] };
        FormStates source = new(code.Length);
        for (int i = 0; i < 4; i++)
        {
            StartState state = source.Any();
            // The last one only begins in the canonical part.
            foreach (int register in (int[])[0, 1, 2, 3, 4, 5, 6, 7, 12, 13])
                state.Gpr[register] = i == 3 ? 0x0000_7fff_ffff_fff9 : NotCanonical + (source.Bits() & 0xffff_fff0);
            group.Cases.Add(state);
        }

        // Only what begins there and ends behind is telling: before the end the host has pages of its own.
        if (code is not ("488B00" or "488B4500" or "3E488B4500" or "36488B00" or "488B0424" or "498B4500" or "48870424"))
            group.Cases.RemoveAt(3);
        _session.Check([group]);
    }

    [TestCase(0)]
    [TestCase(8)]
    [TestCase(1)]
    public void Compare_and_exchange_of_sixteen_bytes_is_aligned(int offset) => _session.Check(
    [
        Group("cmpxchg16b", c => c.cmpxchg16b(__[rbx + offset])),
        Group("lock cmpxchg16b", c =>
        {
            c.@lock.cmpxchg16b(__[rbx + offset]);
        }),
    ]);

    /// <summary>Copies that run into a page without rights, then go on elsewhere: the registers say how far they came.</summary>
    [Test]
    public void Repeated_moves_stop_at_a_fault_and_can_go_on()
    {
        List<OracleGroup> groups = [];
        foreach ((string name, byte[] code) in (ValueTuple<string, byte[]>[])[("rep movsb", [0xf3, 0xa4]), ("rep movsq", [0xf3, 0x48, 0xa5]), ("rep stosd", [0xf3, 0xab]), ("rep lodsw", [0xf3, 0x66, 0xad])])
        {
            OracleGroup group = new() { Name = name, Code = [.. code, 0xcc] };
            FormStates source = new(name.Length);
            for (int i = 0; i < 40; i++)
            {
                StartState state = source.Any();
                bool down = source.Next(2) == 0;
                state.Rflags = down ? 0x602u : 0x202u;
                state.Gpr[1] = (ulong)source.Next(200);
                state.Gpr[6] = (i % 3 == 0 ? OracleLayout.Hole : OracleLayout.Data + 0x800) - (ulong)source.Next(100);
                state.Gpr[7] = (i % 3 == 1 ? OracleLayout.ReadOnly : OracleLayout.Data + 0x1800) - (ulong)source.Next(100);
                if (i % 6 == 2)
                    state.Gpr[7] = OracleLayout.Data + (ulong)source.Next(60);
                group.Cases.Add(state);
            }

            groups.Add(group);
        }

        _session.Check(groups);
    }

    private static void FarThrough(Assembler c, bool jump)
    {
        Label target = c.CreateLabel();
        c.lea(rax, __[target]);
        c.mov(__dword_ptr[rbx], eax);
        c.mov(__word_ptr[rbx + 4], cx);
        if (jump)
            c.db(0xff, 0x2b);
        else
            c.db(0xff, 0x1b);
        c.ud2();
        c.Label(ref target);
        c.mov(rdx, rsp);
    }

    private static OracleGroup Selecting(string name, ulong selector, Action<Assembler> write) => Group($"{name}, selector 0x{selector:x}", c =>
    {
        c.mov(ecx, (uint)selector);
        write(c);
    });

    private static OracleGroup Group(string name, Action<Assembler> write)
    {
        Assembler assembler = new(64);
        write(assembler);
        return Group(name, assembler.ToBytes(OracleLayout.Code));
    }

    private static OracleGroup Group(string name, byte[] code)
    {
        OracleGroup group = new() { Name = name, Code = [.. code, 0xcc] };
        FormStates source = new(code.Length);
        for (int i = 0; i < 12; i++)
        {
            StartState state = source.Any();
            state.Gpr[1] &= i % 2 == 0 ? ulong.MaxValue : 3;
            state.Gpr[3] = OracleLayout.Data + 0x400;
            state.Gpr[4] = OracleLayout.Stack + 0x1000;
            state.Gpr[6] = OracleLayout.Data + 0x600;
            state.Gpr[7] = OracleLayout.Data + 0x700;
            // Alignment checks are SequenceOracleTests' affair.
            state.Rflags &= ~Rflags.AC;
            group.Cases.Add(state);
        }

        return group;
    }
}
