using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Jit.Tests.Runtime;

/// <summary>What a traced process of the host cannot show: debug registers at CPL 0, DR6 as it stays, the shadow of STI. Expectations are the manuals' (Intel SDM vol. 3, 18.2; AMD APM vol. 2, 13.1).</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
public sealed unsafe class BreakpointTests(Tier tier)
{
    private const ulong Code = 0x40_0000;
    private const ulong Data = 0x50_0000;
    private const ulong EnableFirst = 1;
    private const ulong WriteOf4 = 0xd_0000;
    private const ulong FlagsWithTf = Rflags.TF | Rflags.Fixed;

    [Test]
    public void Mov_to_debug_registers_arms_a_breakpoint_on_the_next_instruction()
    {
        using FlatMachine machine = Machine(0, c =>
        {
            c.mov(eax, (int)Code + 16);
            c.mov(dr0, rax);
            c.mov(eax, (int)EnableFirst);
            c.mov(dr7, rax);
            c.inc(ecx);
        });
        Assert.That(AddressOfFifth(machine), Is.EqualTo(Code + 16));
        Debugged(machine, Code + 16, DebugRegisters.Dr6Reset | 1);
        Assert.That(machine.State->Gpr[1], Is.Zero);
        Assert.That(machine.State->Flags & Rflags.RF, Is.Zero, "the handler decides whether to go on");
    }

    [TestCase(1ul)]
    [TestCase(2ul)]
    public void Local_and_global_enables_do_the_same(ulong enable)
    {
        using FlatMachine machine = Machine(3, c => c.nop());
        machine.Context.SetDebugRegister(0, Code);
        machine.Context.SetDebugRegister(7, enable);
        Debugged(machine, Code, DebugRegisters.Dr6Reset | 1);
    }

    [Test]
    public void Without_an_enable_nothing_fires()
    {
        using FlatMachine machine = Machine(3, c => { c.nop(); c.nop(); c.ud2(); });
        machine.Context.SetDebugRegister(0, Code + 1);
        machine.Context.SetDebugRegister(7, 0x300);
        Assert.That((machine.Run(100), machine.State->ExitVector), Is.EqualTo((ExitReason.Exception, ExceptionVector.InvalidOpcode)));
        Assert.That(machine.State->Debug[6], Is.EqualTo(DebugRegisters.Dr6Reset));
    }

    [Test]
    public void Dr6_keeps_the_step_and_replaces_the_breakpoints()
    {
        using FlatMachine machine = Machine(3, c => { c.nop(); c.mov(__dword_ptr[rbx], 1); c.mov(__dword_ptr[rbx + 4], 1); });
        machine.State->Flags = FlagsWithTf;
        machine.Context.SetDebugRegister(0, Data);
        machine.Context.SetDebugRegister(1, Data + 4);
        machine.Context.SetDebugRegister(7, EnableFirst | (EnableFirst << 2) | WriteOf4 | (WriteOf4 << 4));
        Debugged(machine, Code + 1, DebugRegisters.Dr6Reset | DebugRegisters.SingleStep);
        machine.State->SystemFlags &= ~Rflags.TF;
        Debugged(machine, Code + 7, DebugRegisters.Dr6Reset | DebugRegisters.SingleStep | 1);
        Debugged(machine, Code + 14, DebugRegisters.Dr6Reset | DebugRegisters.SingleStep | 2);
        machine.Context.SetDebugRegister(6, 0);
        Assert.That(machine.State->Debug[6], Is.EqualTo(DebugRegisters.Dr6Reset));
    }

    [Test]
    public void General_detect_faults_and_clears_itself()
    {
        using FlatMachine machine = Machine(0, c => { c.mov(rax, dr0); c.nop(); });
        machine.Context.SetDebugRegister(7, DebugRegisters.GeneralDetect);
        Debugged(machine, Code, DebugRegisters.Dr6Reset | DebugRegisters.AccessDetected);
        Assert.That(machine.State->Flags & Rflags.RF, Is.EqualTo(Rflags.RF), "a fault");
        Assert.That(machine.State->Debug[7], Is.EqualTo(DebugRegisters.Dr7Reset));
        Assert.That(machine.Run(1), Is.EqualTo(ExitReason.Budget));
    }

    [Test]
    public void Int1_is_a_trap_and_leaves_dr6_alone()
    {
        using FlatMachine machine = Machine(3, c => { c.int1(); c.nop(); });
        Debugged(machine, Code + 1, DebugRegisters.Dr6Reset);
        Assert.That(machine.State->Flags & Rflags.RF, Is.Zero);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Syscall_steps_by_the_flags_it_loads(bool masked)
    {
        using FlatMachine machine = Machine(3, c => c.syscall());
        CpuState* state = machine.State;
        Kernel(state);
        state->Fmask = masked ? Rflags.TF : 0;
        state->Flags = FlagsWithTf;
        machine.Store(Code + 0x100, [0x90, 0x0f, 0x0b]);
        if (!masked)
        {
            Debugged(machine, Code + 0x100, DebugRegisters.Dr6Reset | DebugRegisters.SingleStep);
            return;
        }

        Assert.That((machine.Run(100), state->ExitVector, state->Rip), Is.EqualTo((ExitReason.Exception, ExceptionVector.InvalidOpcode, Code + 0x101)));
    }

    [TestCase(1)]
    [TestCase(100)]
    public void Sysret_that_sets_TF_traps_before_the_next_instruction(long slice)
    {
        using FlatMachine machine = Machine(0, c => c.sysretq());
        Kernel(machine.State);
        machine.State->Gpr[1] = Code + 0x200;
        machine.State->Gpr[11] = FlagsWithTf;
        Debugged(machine, Code + 0x200, DebugRegisters.Dr6Reset | DebugRegisters.SingleStep, slice);
        Assert.That(machine.Context.Retired, Is.EqualTo(1));
    }

    [Test]
    public void Sti_keeps_interrupts_off_the_next_instruction()
    {
        using FlatMachine machine = Machine(0, c => { c.sti(); c.nop(); c.sti(); c.nop(); });
        machine.State->Flags = Rflags.Fixed;
        Assert.That(Shadows(machine, 4), Is.EqualTo(new[] { true, false, false, false }), "only the STI that sets IF casts one");
    }

    [Test]
    public void Mov_ss_keeps_interrupts_off_the_next_instruction()
    {
        using FlatMachine machine = Machine(3, c => { c.mov(eax, 0x2b); c.mov(ss, eax); c.nop(); });
        machine.State->Ss = 0;
        Assert.That(Shadows(machine, 3), Is.EqualTo(new[] { false, true, false }));
    }

    [Test]
    public void A_breakpoint_costs_no_count_and_the_program_ends_as_without()
    {
        (ulong Retired, ulong Rax) plain = Count(_ => { });
        (ulong Retired, ulong Rax) watched = Count(machine =>
        {
            machine.Context.SetDebugRegister(0, Data + 0x100);
            machine.Context.SetDebugRegister(7, EnableFirst | WriteOf4);
        });
        Assert.That(watched, Is.EqualTo(plain));
    }

    /// <summary>Instructions and result of a loop that ends at an UD2.</summary>
    private (ulong Retired, ulong Rax) Count(Action<FlatMachine> prepare)
    {
        using FlatMachine machine = Machine(3, c =>
        {
            Label top = c.CreateLabel();
            c.mov(ecx, 100);
            c.Label(ref top);
            c.add(__[rbx], ecx);
            c.add(rax, __[rbx]);
            c.dec(ecx);
            c.jnz(top);
            c.ud2();
        });
        prepare(machine);
        Assert.That(machine.Run(10_000), Is.EqualTo(ExitReason.Exception));
        return (machine.Context.Retired, machine.State->Gpr[0]);
    }

    private static bool[] Shadows(FlatMachine machine, int instructions)
    {
        bool[] shadows = new bool[instructions];
        for (int i = 0; i < instructions; i++)
        {
            Assert.That(machine.Run(1), Is.EqualTo(ExitReason.Budget));
            shadows[i] = machine.Context.InInterruptShadow;
        }

        return shadows;
    }

    private static void Debugged(FlatMachine machine, ulong rip, ulong dr6, long slice = 100)
    {
        ExitReason exit = ExitReason.Budget;
        for (int i = 0; i < 20 && exit == ExitReason.Budget; i++)
            exit = machine.Run(slice);
        CpuState* state = machine.State;
        Assert.That((exit, state->ExitVector, state->Rip, state->Debug[6]), Is.EqualTo((ExitReason.Exception, ExceptionVector.Debug, rip, dr6)));
    }

    private static ulong AddressOfFifth(FlatMachine machine)
    {
        Decoder decoder = Decoder.Create(64, machine.Load(Code, 64));
        decoder.IP = Code;
        for (int i = 0; i < 4; i++)
            decoder.Decode();
        return decoder.IP;
    }

    private static void Kernel(CpuState* state)
    {
        state->ArchitecturalSyscall = true;
        state->Efer = 1;
        state->Lstar = Code + 0x100;
        state->Star = (0x10UL << 32) | (0x20UL << 48);
    }

    private FlatMachine Machine(byte cpl, Action<Assembler> emit)
    {
        FlatMachine machine = new(tier, cpl: cpl);
        machine.Map(Code, 1, executable: true);
        machine.Map(Data, 1);
        Assembler assembler = new(64);
        emit(assembler);
        assembler.nop();
        machine.Store(Code, assembler.ToBytes(Code));
        machine.State->Rip = Code;
        machine.State->Gpr[3] = Data;
        return machine;
    }
}
