using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>IRET, far RET, SYSCALL, SYSRET, segment loads: what they load, and what they refuse with which fault.</summary>
[TestFixture]
public sealed unsafe class PrivilegeTests
{
    private const ushort KernelCode = 0x08;
    private const ushort KernelData = 0x10;
    private const ushort UserCode = 0x20;
    private const ushort UserData = 0x28;
    private const ushort UserCode32 = 0x30;
    private const ushort NotPresent = 0x38;
    private const ushort ReadOnlyData = 0x40;
    private const ushort Missing = 0x100;

    private const ulong Stack = TestMachine.Base + 0x800;
    private const ulong Present = 1UL << 47;
    private const ulong Segment = 1UL << 44;
    private const ulong CodeType = 10UL << 40;
    private const ulong DataType = 2UL << 40;
    private const ulong Dpl3 = 3UL << 45;
    private const ulong Long = 1UL << 53;
    private const ulong Default32 = 1UL << 54;

    [Test]
    public void Iret_to_ring_3_loads_everything_and_drops_inner_segments()
    {
        using TestMachine machine = Machine(cpl: 0);
        CpuState* state = machine.State;
        state->Ds = KernelData;
        state->Es = UserData | 3;
        state->Fs = KernelData;
        state->FsBase = 0x1234;
        state->Flags = Rflags.ZF;
        Push(machine, 0x40_1000, UserCode | 3, Rflags.CF | Rflags.IF | Rflags.Iopl | Rflags.AC | Rflags.RF, 0x7000, UserData | 3);
        Assert.That(machine.Call(MicroOpCode.InterruptReturn));
        Assert.That((state->Rip, state->Gpr[Operand.Rsp], state->Cpl), Is.EqualTo((0x40_1000UL, 0x7000UL, (byte)3)));
        Assert.That((state->Cs, state->Ss), Is.EqualTo(((ushort)(UserCode | 3), (ushort)(UserData | 3))));
        Assert.That(state->Flags, Is.EqualTo(Rflags.CF | Rflags.IF | Rflags.Iopl | Rflags.AC | Rflags.RF | Rflags.Fixed));
        Assert.That((state->Ds, state->Es, state->Fs, state->FsBase), Is.EqualTo(((ushort)0, (ushort)(UserData | 3), (ushort)0, 0x1234UL)));
    }

    [Test]
    public void Iret_inside_ring_3_keeps_IF_and_IOPL_and_pops_the_stack_pointer([Values(2, 4, 8)] int size)
    {
        using TestMachine machine = Machine(cpl: 3);
        CpuState* state = machine.State;
        state->Flags = Rflags.IF | Rflags.ID;
        PushSized(machine, size, 0x1234, UserCode | 3, Rflags.SF | Rflags.Iopl | Rflags.AC, 0x5678, UserData | 3);
        Assert.That(machine.Call(MicroOpCode.InterruptReturn, size));
        Assert.That((state->Rip, state->Gpr[Operand.Rsp]), Is.EqualTo((0x1234UL, 0x5678UL)));
        ulong expected = size == 2 ? Rflags.SF | Rflags.IF | Rflags.ID : Rflags.SF | Rflags.IF | Rflags.AC;
        Assert.That(state->Flags, Is.EqualTo(expected | Rflags.Fixed));
    }

    [Test]
    public void Iret_inside_ring_0_allows_a_NUL_stack_segment()
    {
        using TestMachine machine = Machine(cpl: 0);
        Push(machine, 0xffff_8000_0000_0000, KernelCode, 0, 0x9000, 0);
        Assert.That(machine.Call(MicroOpCode.InterruptReturn));
        Assert.That((machine.State->Rip, machine.State->Cpl, machine.State->Ss), Is.EqualTo((0xffff_8000_0000_0000UL, (byte)0, (ushort)0)));
    }

    [TestCase(3, 0x1000UL, 0, UserData | 3, ExceptionVector.GeneralProtection, 0u)]
    [TestCase(3, 0x1000UL, Missing | 3, UserData | 3, ExceptionVector.GeneralProtection, (uint)Missing)]
    [TestCase(3, 0x1000UL, KernelCode, KernelData, ExceptionVector.GeneralProtection, (uint)KernelCode)]
    [TestCase(3, 0x1000UL, UserData | 3, UserData | 3, ExceptionVector.GeneralProtection, (uint)UserData)]
    [TestCase(0, 0x1000UL, KernelCode | 3, UserData | 3, ExceptionVector.GeneralProtection, (uint)KernelCode)]
    [TestCase(3, 0x1000UL, NotPresent | 3, UserData | 3, ExceptionVector.SegmentNotPresent, (uint)NotPresent)]
    [TestCase(3, 0x1000UL, UserCode | 3, 0, ExceptionVector.GeneralProtection, 0u)]
    [TestCase(3, 0x1000UL, UserCode | 3, 3, ExceptionVector.GeneralProtection, 0u)]
    [TestCase(3, 0x1000UL, UserCode | 3, UserData, ExceptionVector.GeneralProtection, (uint)UserData)]
    [TestCase(3, 0x1000UL, UserCode | 3, ReadOnlyData | 3, ExceptionVector.GeneralProtection, (uint)ReadOnlyData)]
    [TestCase(3, 0x1000UL, UserCode | 3, Missing | 3, ExceptionVector.GeneralProtection, (uint)Missing)]
    [TestCase(3, 0x8000_0000_0000UL, UserCode | 3, UserData | 3, ExceptionVector.GeneralProtection, 0u)]
    public void Iret_refuses(byte cpl, ulong rip, int code, int stack, byte vector, uint error)
    {
        using TestMachine machine = Machine(cpl);
        CpuState* state = machine.State;
        state->Cs = 0x77;
        state->Flags = Rflags.OF;
        Push(machine, rip, (ulong)code, Rflags.CF, 0x7000, (ulong)stack);
        Assert.That(machine.Call(MicroOpCode.InterruptReturn), Is.False);
        Assert.That((state->Exit, state->ExitVector, state->ExitErrorCode), Is.EqualTo((ExitReason.Exception, vector, error)));
        Assert.That((state->Rip, state->Cs, state->Cpl, state->Gpr[Operand.Rsp]), Is.EqualTo((0UL, (ushort)0x77, cpl, Stack)));
        Assert.That(state->Flags, Is.EqualTo(Rflags.OF | Rflags.Fixed));
    }

    [Test]
    public void Iret_with_NT_set_is_refused()
    {
        using TestMachine machine = Machine(cpl: 3);
        machine.State->Flags = Rflags.NT;
        Push(machine, 0x1000, UserCode | 3, 0, 0x7000, UserData | 3);
        Assert.That(machine.Call(MicroOpCode.InterruptReturn), Is.False);
        Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.GeneralProtection));
    }

    [Test]
    public void Compatibility_mode_is_named_unsupported([Values(MicroOpCode.InterruptReturn, MicroOpCode.FarReturn)] MicroOpCode code)
    {
        using TestMachine machine = Machine(cpl: 3);
        Push(machine, 0x1000, UserCode32 | 3, 0, 0x7000, UserData | 3);
        Assert.That(machine.Call(code), Is.False);
        Assert.That(machine.State->Exit, Is.EqualTo(ExitReason.Unsupported));
        Assert.That(machine.State->Gpr[Operand.Rsp], Is.EqualTo(Stack));
    }

    [Test]
    public void Iret_frame_that_runs_off_its_page_faults_there()
    {
        using TestMachine machine = Machine(cpl: 3);
        machine.State->Gpr[Operand.Rsp] = TestMachine.Absent - 16;
        machine.State->Flags = Rflags.OF;
        Assert.That(machine.Call(MicroOpCode.InterruptReturn), Is.False);
        Assert.That((machine.State->ExitVector, machine.State->FaultAddress), Is.EqualTo((ExceptionVector.PageFault, TestMachine.Absent)));
        machine.State->Gpr[Operand.Rsp] = 0x8000_0000_0000;
        Assert.That(machine.Call(MicroOpCode.InterruptReturn), Is.False);
        Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.StackFault));
    }

    [Test]
    public void Far_return_releases_parameters_on_both_stacks()
    {
        using TestMachine machine = Machine(cpl: 3);
        Push(machine, 0x1000, UserCode | 3);
        Assert.That(machine.Call(MicroOpCode.FarReturn, imm: 24));
        Assert.That((machine.State->Rip, machine.State->Gpr[Operand.Rsp]), Is.EqualTo((0x1000UL, Stack + 40)));

        using TestMachine inner = Machine(cpl: 0);
        Push(inner, 0x1000, UserCode | 3, 0xaaaa, 0x7000, UserData | 3);
        Assert.That(inner.Call(MicroOpCode.FarReturn, imm: 8));
        Assert.That((inner.State->Rip, inner.State->Gpr[Operand.Rsp], inner.State->Cpl), Is.EqualTo((0x1000UL, 0x7008UL, (byte)3)));
        Assert.That(inner.State->Ss, Is.EqualTo(UserData | 3));
    }

    [Test]
    public void Syscall_and_sysret_follow_the_model_specific_registers()
    {
        using TestMachine machine = Machine(cpl: 3);
        CpuState* state = machine.State;
        state->Efer = 1;
        state->Star = (0x13UL << 48) | (0x0bUL << 32);
        state->Lstar = 0xffff_8000_0000_1000;
        state->Fmask = Rflags.IF | Rflags.DF | Rflags.CF | Rflags.AC;
        ulong flags = Rflags.CF | Rflags.ZF | Rflags.IF | Rflags.AC | Rflags.ID | Rflags.Fixed;
        state->Flags = flags;
        Assert.That(machine.Call(MicroOpCode.ArchitecturalSyscall, imm: 0x401002));
        Assert.That((state->Gpr[Operand.Rcx], state->Gpr[11], state->Rip), Is.EqualTo((0x401002UL, flags, 0xffff_8000_0000_1000UL)));
        Assert.That((state->Cs, state->Ss, state->Cpl), Is.EqualTo(((ushort)0x08, (ushort)0x13, (byte)0)));
        Assert.That(state->Flags, Is.EqualTo(Rflags.ZF | Rflags.ID | Rflags.Fixed));

        state->Gpr[11] = ulong.MaxValue;
        Assert.That(machine.Call(MicroOpCode.ArchitecturalSysret));
        Assert.That((state->Rip, state->Cs, state->Ss, state->Cpl), Is.EqualTo((0x401002UL, (ushort)0x23, (ushort)0x1b, (byte)3)));
        Assert.That(state->Flags, Is.EqualTo(0x3c7fd7UL & Rflags.Defined));
    }

    [Test]
    public void Sysret_refuses_ring_3_and_a_return_address_that_is_not_canonical()
    {
        using TestMachine machine = Machine(cpl: 3);
        CpuState* state = machine.State;
        Assert.That(machine.Call(MicroOpCode.ArchitecturalSysret), Is.False);
        Assert.That(state->ExitVector, Is.EqualTo(ExceptionVector.InvalidOpcode), "EFER.SCE is clear");
        Assert.That(machine.Call(MicroOpCode.ArchitecturalSyscall), Is.False);
        Assert.That(state->ExitVector, Is.EqualTo(ExceptionVector.InvalidOpcode));
        state->Efer = 1;
        Assert.That(machine.Call(MicroOpCode.ArchitecturalSysret), Is.False);
        Assert.That(state->ExitVector, Is.EqualTo(ExceptionVector.GeneralProtection));
        state->Cpl = 0;
        state->Gpr[Operand.Rcx] = 0x8000_0000_0000;
        Assert.That(machine.Call(MicroOpCode.ArchitecturalSysret), Is.False);
        Assert.That((state->ExitVector, state->Cpl), Is.EqualTo((ExceptionVector.GeneralProtection, (byte)0)));
        Assert.That(machine.Call(MicroOpCode.ArchitecturalSysret, size: 4), Is.False);
        Assert.That(state->Exit, Is.EqualTo(ExitReason.Unsupported));
    }

    [Test]
    public void Fs_and_gs_take_the_base_of_their_descriptor_and_NUL_clears_it([Values(4, 5)] int segment)
    {
        using TestMachine machine = Machine(cpl: 3);
        CpuState* state = machine.State;
        machine.Descriptors[UserData] |= (0x89abcdUL << 16) | (0xfeUL << 56);
        state->Gpr[8] = 0x55550000 | UserData | 3;
        Assert.That(machine.Call(MicroOpCode.LoadSegment, 2, aux: segment, a: 8));
        Assert.That((segment == 4 ? state->FsBase : state->GsBase, segment == 4 ? state->Fs : state->Gs), Is.EqualTo((0xfe89abcdUL, (ushort)(UserData | 3))));
        Assert.That(machine.Call(MicroOpCode.ReadSegment, aux: segment, dst: 9));
        Assert.That(state->Gpr[9], Is.EqualTo(UserData | 3));
        Assert.That(machine.Call(MicroOpCode.ReadSegmentBase, aux: segment, dst: 9));
        Assert.That(state->Gpr[9], Is.EqualTo(0xfe89abcd));
        state->Gpr[8] = 3;
        Assert.That(machine.Call(MicroOpCode.LoadSegment, 2, aux: segment, a: 8));
        Assert.That((segment == 4 ? state->FsBase : state->GsBase, segment == 4 ? state->Fs : state->Gs), Is.EqualTo((0UL, (ushort)3)));
    }

    [TestCase(3, 1, UserCode, ExceptionVector.InvalidOpcode, 0u)]
    [TestCase(3, 2, 0, ExceptionVector.GeneralProtection, 0u)]
    [TestCase(3, 2, ReadOnlyData | 3, ExceptionVector.GeneralProtection, (uint)ReadOnlyData)]
    [TestCase(3, 2, UserData, ExceptionVector.GeneralProtection, (uint)UserData)]
    [TestCase(0, 2, 3, ExceptionVector.GeneralProtection, 0u)]
    [TestCase(3, 3, KernelData, ExceptionVector.GeneralProtection, (uint)KernelData)]
    [TestCase(3, 3, Missing, ExceptionVector.GeneralProtection, (uint)Missing)]
    [TestCase(0, 0, KernelData | 3, ExceptionVector.GeneralProtection, (uint)KernelData)]
    [TestCase(3, 4, NotPresent | 3, ExceptionVector.SegmentNotPresent, (uint)NotPresent)]
    public void Segment_load_refuses(byte cpl, int segment, int selector, byte vector, uint error)
    {
        using TestMachine machine = Machine(cpl);
        machine.State->Gpr[8] = (ulong)selector;
        Assert.That(machine.Call(MicroOpCode.LoadSegment, 2, aux: segment, a: 8), Is.False);
        Assert.That((machine.State->ExitVector, machine.State->ExitErrorCode), Is.EqualTo((vector, error)));
        Assert.That((machine.State->Ss, machine.State->Ds, machine.State->Fs), Is.EqualTo(((ushort)0, (ushort)0, (ushort)0)));
    }

    [TestCase(3, 2, UserData | 3)]
    [TestCase(0, 2, 0)]
    [TestCase(0, 2, KernelData)]
    [TestCase(3, 3, ReadOnlyData)]
    [TestCase(3, 0, UserCode | 3)]
    [TestCase(3, 0, 0)]
    public void Segment_load_accepts(byte cpl, int segment, int selector)
    {
        using TestMachine machine = Machine(cpl);
        machine.State->Gpr[8] = (ulong)selector;
        Assert.That(machine.Call(MicroOpCode.LoadSegment, 2, aux: segment, a: 8));
        Assert.That(machine.Call(MicroOpCode.ReadSegment, aux: segment, dst: 9));
        Assert.That(machine.State->Gpr[9], Is.EqualTo(selector));
    }

    [Test]
    public void Swapgs_exchanges_the_bases()
    {
        using TestMachine machine = Machine(cpl: 0);
        machine.State->GsBase = 1;
        machine.State->KernelGsBase = 2;
        Assert.That(machine.Call(MicroOpCode.SwapGs));
        Assert.That((machine.State->GsBase, machine.State->KernelGsBase), Is.EqualTo((2UL, 1UL)));
    }

    [Test]
    public void Identification_comes_from_the_environment()
    {
        using TestMachine machine = Machine(cpl: 3);
        CpuState* state = machine.State;
        machine.Context.RetiredBefore = 500;
        machine.Context.RunBudget = 100;
        state->Budget = 60;
        machine.TimestampOffset = 0x7_0000_0000;
        state->Gpr[Operand.Rcx] = 7;
        Assert.That(machine.Call(MicroOpCode.ReadTimestampAndId, imm: 3));
        Assert.That((state->Gpr[Operand.Rax], state->Gpr[Operand.Rdx], state->Gpr[Operand.Rcx]), Is.EqualTo((537UL, 7UL, 0UL)));
        state->Gpr[Operand.Rax] = 0xffff_ffff_0000_0004;
        state->Gpr[Operand.Rcx] = 0xffff_ffff_0000_0002;
        Assert.That(machine.Call(MicroOpCode.Cpuid));
        Assert.That((state->Gpr[Operand.Rax], state->Gpr[Operand.Rbx], state->Gpr[Operand.Rcx], state->Gpr[Operand.Rdx]), Is.EqualTo((4UL, 2UL, 6UL, 0xffff_ffffUL)));
    }

    private static TestMachine Machine(byte cpl)
    {
        TestMachine machine = new();
        machine.State->Cpl = cpl;
        machine.State->Gpr[Operand.Rsp] = Stack;
        machine.Descriptors[KernelCode] = Present | Segment | CodeType | Long;
        machine.Descriptors[KernelData] = Present | Segment | DataType;
        machine.Descriptors[UserCode] = Present | Segment | CodeType | Long | Dpl3;
        machine.Descriptors[UserData] = Present | Segment | DataType | Dpl3;
        machine.Descriptors[UserCode32] = Present | Segment | CodeType | Default32 | Dpl3;
        machine.Descriptors[NotPresent] = Segment | CodeType | Long | Dpl3;
        machine.Descriptors[ReadOnlyData] = Present | Segment | Dpl3;
        return machine;
    }

    private static void Push(TestMachine machine, params ulong[] words) => PushSized(machine, 8, words);

    private static void PushSized(TestMachine machine, int size, params ulong[] words)
    {
        for (int i = 0; i < words.Length; i++)
            Assert.That(machine.Context.TryStore(Stack + (ulong)(i * size), words[i], size));
    }
}
