using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Meaning;

[TestFixture]
public sealed unsafe class FlagsRegisterTests
{
    private const ulong Always = Rflags.CF | Rflags.PF | Rflags.AF | Rflags.ZF | Rflags.SF | Rflags.TF | Rflags.DF | Rflags.OF | Rflags.NT;

    [TestCase(3, 0, 8, Always | Rflags.AC | Rflags.ID)]
    [TestCase(3, 3, 8, Always | Rflags.AC | Rflags.ID | Rflags.IF)]
    [TestCase(0, 0, 8, Always | Rflags.AC | Rflags.ID | Rflags.IF | Rflags.Iopl)]
    [TestCase(3, 0, 2, Always)]
    [TestCase(0, 0, 2, Always | Rflags.IF | Rflags.Iopl)]
    public void Popf_changes_what_the_privilege_may_change(byte cpl, int iopl, int size, ulong changeable)
    {
        using TestMachine machine = new();
        Random random = new(size);
        for (int i = 0; i < 500; i++)
        {
            ulong before = ((ulong)random.NextInt64() & Rflags.Defined & ~(Rflags.Iopl | Rflags.RF | Rflags.VM)) | ((ulong)iopl << 12) | Rflags.Fixed;
            ulong value = (ulong)random.NextInt64();
            machine.State->Cpl = cpl;
            machine.State->Flags = before;
            machine.State->Gpr[8] = value;
            Assert.That(machine.Call(MicroOpCode.WriteRflags, size, a: 8));
            Assert.That(machine.State->Flags, Is.EqualTo((before & ~changeable) | (value & changeable)), $"{before:x}, {value:x}");
        }
    }

    [Test]
    public void Popf_of_AC_turns_alignment_checks_on_and_off()
    {
        using TestMachine machine = new();
        machine.State->Cr0 = CpuContext.Cr0Am;
        machine.State->Gpr[8] = Rflags.AC;
        Assert.That(machine.Call(MicroOpCode.WriteRflags, 8, a: 8));
        Assert.That(machine.Context.TryLoad(TestMachine.Base + 1, 4, out _), Is.False);
        machine.State->Gpr[8] = 0;
        Assert.That(machine.Call(MicroOpCode.WriteRflags, 8, a: 8));
        Assert.That(machine.Context.TryLoad(TestMachine.Base + 1, 4, out _));
    }

    [Test]
    public void Pushf_hides_RF_and_VM_and_shows_lazy_flags()
    {
        using TestMachine machine = new();
        machine.State->Flags = Rflags.Defined;
        machine.State->FlagOp = LazyFlags.Operation(FlagKind.Sub, 4);
        machine.State->FlagA = machine.State->FlagB = 5;
        Assert.That(machine.Call(MicroOpCode.ReadRflags, 8, dst: 9));
        Assert.That(machine.State->Gpr[9], Is.EqualTo((Rflags.Defined & ~(Rflags.Arithmetic | Rflags.RF | Rflags.VM)) | Rflags.ZF | Rflags.PF));
    }

    [Test]
    public void Single_flags_are_set_and_cleared()
    {
        using TestMachine machine = new();
        machine.State->Flags = Rflags.CF;
        Assert.That(machine.Call(MicroOpCode.SetInterrupt), Is.False, "above IOPL");
        Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.GeneralProtection));
        machine.State->Cpl = 0;
        Assert.That(machine.Call(MicroOpCode.SetDirection, aux: 1) && machine.Call(MicroOpCode.SetInterrupt, aux: 1));
        Assert.That(machine.State->Flags, Is.EqualTo(Rflags.CF | Rflags.Fixed | Rflags.DF | Rflags.IF));
        Assert.That(machine.Call(MicroOpCode.SetDirection) && machine.Call(MicroOpCode.SetInterrupt));
        Assert.That(machine.State->Flags, Is.EqualTo(Rflags.CF | Rflags.Fixed));
    }
}
