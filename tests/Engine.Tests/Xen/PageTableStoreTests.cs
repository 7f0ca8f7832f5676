using Iced.Intel;
using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;
using CpuRegister = Rebound.Engine.Xen.Exits.Register;

namespace Rebound.Engine.Tests.Xen;

/// <summary>Stores of the guest kernel into a lowest-level table, in every form that has a destination in memory: what is in the entry then.</summary>
[TestFixture]
public unsafe class PageTableStoreTests
{
    private const ulong Code = TestGuest.KernelBase + 0x1000;
    private const ulong Before = 0x7001_2345_6000_0e00; // not present: any value may be there
    private const ulong Rax = 0x0ff0_1111_2222_3330, Rbx = 0x4444_0000_0000_8802, Rcx = 0x0000_0000_0000_0109, Rdx = 0x7001_2345;

    private static readonly (string Name, Action<Assembler> Code, ulong Expected)[] Forms =
    [
        ("mov r64", a => a.mov(__qword_ptr[rdi], rax), Rax),
        ("mov imm32", a => a.mov(__qword_ptr[rdi], -0x800), 0xffff_ffff_ffff_f800),
        ("mov r32", a => a.mov(__dword_ptr[rdi], eax), 0x7001_2345_2222_3330),
        ("mov r32, upper half", a => a.mov(__dword_ptr[rdi + 4], eax), 0x2222_3330_6000_0e00),
        ("mov r16", a => a.mov(__word_ptr[rdi + 2], ax), 0x7001_2345_3330_0e00),
        ("mov r8", a => a.mov(__byte_ptr[rdi + 7], al), 0x3001_2345_6000_0e00),
        ("mov ah", a => a.mov(__byte_ptr[rdi + 1], ah), 0x7001_2345_6000_3300),
        ("movnti", a => a.movnti(__qword_ptr[rdi], rax), Rax),
        ("xchg", a => a.xchg(__qword_ptr[rdi], rax), Rax),
        ("xadd", a => a.@lock.xadd(__qword_ptr[rdi], rax), Before + Rax),
        ("cmpxchg, unequal", a => a.@lock.cmpxchg(__qword_ptr[rdi], rbx), Before),
        ("cmpxchg8b, unequal", a => a.@lock.cmpxchg8b(__qword_ptr[rdi]), Before),
        ("add", a => a.add(__qword_ptr[rdi], rax), Before + Rax),
        ("adc", a => a.adc(__byte_ptr[rdi + 1], al), 0x7001_2345_6000_3f00),
        ("sub", a => a.sub(__qword_ptr[rdi], rax), unchecked(Before - Rax)),
        ("sbb", a => a.sbb(__byte_ptr[rdi + 1], al), 0x7001_2345_6000_dd00),
        ("and", a => a.@lock.and(__qword_ptr[rdi], rax), Before & Rax),
        ("or", a => a.@lock.or(__qword_ptr[rdi], rax), Before | Rax),
        ("xor", a => a.xor(__qword_ptr[rdi], rax), Before ^ Rax),
        ("inc", a => a.inc(__byte_ptr[rdi + 1]), 0x7001_2345_6000_0f00),
        ("dec", a => a.dec(__byte_ptr[rdi + 1]), 0x7001_2345_6000_0d00),
        ("not", a => a.not(__byte_ptr[rdi + 1]), 0x7001_2345_6000_f100),
        ("neg", a => a.neg(__qword_ptr[rdi]), unchecked(0 - Before)),
        ("bts", a => a.@lock.bts(__qword_ptr[rdi], 62), Before | (1UL << 62)),
        ("btr", a => a.@lock.btr(__qword_ptr[rdi], 9), Before & ~(1UL << 9)),
        ("btc", a => a.btc(__qword_ptr[rdi], 9), Before ^ (1UL << 9)),
        ("btr, distant", a => a.btr(__qword_ptr[rdi - 32], rcx), Before & ~(1UL << 9)),
        ("shl", a => a.shl(__qword_ptr[rdi], 4), Before << 4),
        ("shl cl", a => a.shl(__qword_ptr[rdi], cl), unchecked(Before << 9)),
        ("shr", a => a.shr(__qword_ptr[rdi], 5), Before >> 5),
        ("sar", a => a.sar(__qword_ptr[rdi], 1), Before >> 1),
        ("rol", a => a.rol(__qword_ptr[rdi], 8), 0x0123_4560_000e_0070),
        ("ror", a => a.ror(__qword_ptr[rdi], 8), 0x0070_0123_4560_000e),
        ("setb", a => a.setb(__byte_ptr[rdi + 4]), 0x7001_2301_6000_0e00),
        ("sete", a => a.sete(__byte_ptr[rdi + 4]), 0x7001_2300_6000_0e00),
        ("stosq", a => a.stosq(), Rax),
        ("movsq", a => a.movsq(), 0x5554),
    ];

    [TestCaseSource(nameof(Names))]
    public void Is_carried_out(string name)
    {
        (_, Action<Assembler> code, ulong expected) = Forms.Single(form => form.Name == name);
        using var guest = new TestGuest();
        byte[] bytes = Assemble(code);
        (ulong entry, ulong address) = Prepare(guest, bytes);
        Instruction instruction = Decoder.Create(64, bytes).Decode();
        bool isDistant = instruction.Mnemonic == Mnemonic.Btr && instruction.Op1Kind == OpKind.Register;
        guest.Raise(14, 7, isDistant ? address : address + instruction.MemoryDisplacement64);
        Assert.Multiple(() =>
        {
            Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Code + (ulong)bytes.Length));
            Assert.That(guest.Domain.Memory.Read64(new MachineAddress(entry)), Is.EqualTo(expected));
        });
    }

    [Test]
    public void A_repeated_store_does_one_turn_each_time()
    {
        using var guest = new TestGuest();
        byte[] bytes = Assemble(static a => a.rep.stosq());
        (ulong entry, ulong address) = Prepare(guest, bytes);
        guest.Vcpu.State->Gpr[CpuRegister.Rcx] = 2;
        guest.Raise(14, 7, address);
        Assert.That((guest.Vcpu.State->Rip, guest.Vcpu.State->Gpr[CpuRegister.Rcx], guest.Vcpu.State->Gpr[CpuRegister.Rdi]), Is.EqualTo((Code, 1ul, address + 8)));
        guest.Raise(14, 7, address + 8);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Code + (ulong)bytes.Length));
        Assert.That(guest.Domain.Memory.Read64(new MachineAddress(entry + 8)), Is.EqualTo(Rax));
    }

    [Test]
    public void A_comparison_that_holds_stores_and_says_so()
    {
        using var guest = new TestGuest();
        (ulong entry, ulong address) = Prepare(guest, Assemble(static a => a.@lock.cmpxchg(__qword_ptr[rdi], rcx)));
        guest.Vcpu.State->Gpr[CpuRegister.Rax] = Before;
        guest.Vcpu.State->Gpr[CpuRegister.Rcx] = 0x42000;
        guest.Raise(14, 7, address);
        Assert.That(guest.Domain.Memory.Read64(new MachineAddress(entry)), Is.EqualTo(0x42000));
        Assert.That(guest.Vcpu.State->ArithmeticFlags & Rflags.ZF, Is.Not.Zero);
    }

    [Test]
    public void What_crosses_words_or_is_wider_than_an_entry_is_the_guests_fault()
    {
        foreach (Action<Assembler> code in (Action<Assembler>[])[a => a.mov(__dword_ptr[rdi + 2], eax), a => a.movups(__xmmword_ptr[rdi], xmm0)])
        {
            using var guest = new TestGuest();
            (ulong entry, ulong address) = Prepare(guest, Assemble(code));
            guest.Vcpu.TrapTable[14] = new Engine.Xen.TrapGate(TestGuest.KernelBase + 0x8000, 0, 0xe033);
            guest.Raise(14, 7, address);
            Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(TestGuest.KernelBase + 0x8000));
            Assert.That(guest.Domain.Memory.Read64(new MachineAddress(entry)), Is.EqualTo(Before));
        }
    }

    [Test]
    public void Sixteen_bytes_are_compared_and_not_stored()
    {
        using var guest = new TestGuest();
        byte[] bytes = Assemble(static a => a.@lock.cmpxchg16b(__xmmword_ptr[rdi]));
        (ulong entry, ulong address) = Prepare(guest, bytes);
        ulong next = guest.Domain.Memory.Read64(new MachineAddress(entry + 8));
        guest.Vcpu.TrapTable[14] = new Engine.Xen.TrapGate(TestGuest.KernelBase + 0x8000, 0, 0xe033);
        guest.Raise(14, 7, address);
        CpuState* state = guest.Vcpu.State;
        Assert.That((state->Rip, state->Gpr[CpuRegister.Rax], state->Gpr[CpuRegister.Rdx]), Is.EqualTo((Code + (ulong)bytes.Length, Before, next)), "unequal");
        state->Rip = Code;
        guest.Raise(14, 7, address);
        Assert.That(state->Rip, Is.EqualTo(TestGuest.KernelBase + 0x8000), "equal");
    }

    private static IEnumerable<string> Names => Forms.Select(static form => form.Name);

    private static byte[] Assemble(Action<Assembler> code)
    {
        var assembler = new Assembler(64);
        code(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), Code);
        return stream.ToArray();
    }

    /// <summary>The entry of a page nobody uses gets its first value, registers theirs; CF is set.</summary>
    /// <returns>The entry's machine address, and its virtual one.</returns>
    private static (ulong Entry, ulong Address) Prepare(TestGuest guest, byte[] code)
    {
        guest.Call(HypercallNumber.VmAssist, 0, (ulong)VmAssistType.WritablePageTables);
        ulong entry = guest.KernelL1Slot(new PseudoPhysicalFrame(0x60)).Value;
        guest.Write(TestGuest.KernelBase + 0x50000, entry, Before);
        Assert.That(guest.Call(HypercallNumber.MmuUpdate, TestGuest.KernelBase + 0x50000, 1, 0, DomainId.Self), Is.Zero);
        guest.Write(TestGuest.KernelBase + 0x51000, 0x5554);
        ulong address = TestGuest.AddressOf(TestGuest.KernelTables[3]) + (entry & 0xfff);
        CpuState* state = guest.Vcpu.State;
        state->Gpr[CpuRegister.Rdi] = address;
        state->Gpr[CpuRegister.Rsi] = TestGuest.KernelBase + 0x51000;
        state->Gpr[CpuRegister.Rax] = Rax;
        state->Gpr[CpuRegister.Rbx] = Rbx;
        state->Gpr[CpuRegister.Rcx] = Rcx;
        state->Gpr[CpuRegister.Rdx] = Rdx;
        state->ArithmeticFlags = Rflags.CF;
        guest.WriteCode(Code, code);
        return (entry, address);
    }
}
