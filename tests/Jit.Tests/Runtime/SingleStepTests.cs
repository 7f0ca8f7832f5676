using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Runtime;

[TestFixture]
public sealed unsafe class SingleStepTests
{
    private const ulong Code = 0x40_0000;
    private const ulong Stack = 0x50_0000;

    /// <summary>POPF sets TF; the instruction behind it runs, then #DB. That must hold at every place where a budget may end.</summary>
    [Test]
    public void The_instruction_behind_popf_traps([Values] Tier tier, [Values(1, 2, 3, 4, 100)] long slice)
    {
        using FlatMachine machine = new(tier);
        machine.Map(Code, 1, writable: false, executable: true);
        machine.Map(Stack, 1);
        // push 0x302; popf; inc eax; inc eax; ud2
        machine.Store(Code, [0x68, 0x02, 0x03, 0x00, 0x00, 0x9d, 0xff, 0xc0, 0xff, 0xc0, 0x0f, 0x0b]);
        machine.State->Rip = Code;
        machine.State->Gpr[4] = Stack + 0x800;
        ExitReason exit = ExitReason.Budget;
        for (int i = 0; i < 10 && exit == ExitReason.Budget; i++)
            exit = machine.Run(slice);
        Assert.That(exit, Is.EqualTo(ExitReason.Exception));
        Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.Debug));
        Assert.That(machine.State->Rip, Is.EqualTo(Code + 8));
        Assert.That(machine.State->Gpr[0], Is.EqualTo(1));
        Assert.That(machine.Context.Retired, Is.EqualTo(3));
    }
}
