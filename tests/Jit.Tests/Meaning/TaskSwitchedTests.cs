using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Meaning;

/// <summary>CR0.TS: what a kernel that switches the FPU lazily relies on.</summary>
[TestFixture]
public sealed unsafe class TaskSwitchedTests
{
    private const ulong Code = 0x40_0000;
    private const ulong Data = 0x50_0000;

    [TestCase(new byte[] { 0x66, 0x0f, 0xef, 0xc0 }, TestName = "pxor xmm0, xmm0")]
    [TestCase(new byte[] { 0x0f, 0x28, 0x06 }, TestName = "movaps xmm0, [rsi]")]
    [TestCase(new byte[] { 0x0f, 0xae, 0x06 }, TestName = "fxsave [rsi]")]
    [TestCase(new byte[] { 0x0f, 0xae, 0x16 }, TestName = "ldmxcsr [rsi]")]
    [TestCase(new byte[] { 0xdb, 0xe3 }, TestName = "fninit")]
    public void Instruction_waits_for_the_owner_to_give_the_FPU(byte[] instruction)
    {
        foreach (Tier tier in Enum.GetValues<Tier>())
        {
            using FlatMachine machine = new(tier);
            machine.Map(Code, 1, executable: true);
            machine.Map(Data, 1);
            machine.Store(Code, instruction);
            machine.State->Rip = Code;
            machine.State->Gpr[6] = Data;
            foreach (bool taken in new[] { true, false, true })
            {
                machine.State->Rip = Code;
                machine.State->Cr0 = taken ? machine.State->Cr0 | CpuContext.Cr0Ts : machine.State->Cr0 & ~CpuContext.Cr0Ts;
                ExitReason exit = machine.Run(1);
                Assert.That(exit, Is.EqualTo(taken ? ExitReason.Exception : ExitReason.Budget), $"{tier}");
                Assert.That(machine.State->Rip, Is.EqualTo(taken ? Code : Code + (ulong)instruction.Length), $"{tier}");
                if (taken)
                    Assert.That(machine.State->ExitVector, Is.EqualTo(ExceptionVector.DeviceNotAvailable));
            }
        }
    }

    [TestCase(new byte[] { 0x0f, 0xae, 0xe8 }, TestName = "lfence")]
    [TestCase(new byte[] { 0x0f, 0xc3, 0x06 }, TestName = "movnti [rsi], eax")]
    [TestCase(new byte[] { 0xf3, 0x0f, 0xb8, 0xc0 }, TestName = "popcnt eax, eax")]
    public void Instruction_on_general_registers_does_not_wait(byte[] instruction)
    {
        using FlatMachine machine = new(Tier.Interpreter);
        machine.Map(Code, 1, executable: true);
        machine.Map(Data, 1);
        machine.Store(Code, instruction);
        machine.State->Rip = Code;
        machine.State->Gpr[6] = Data;
        machine.State->Cr0 |= CpuContext.Cr0Ts;
        Assert.That(machine.Run(1), Is.EqualTo(ExitReason.Budget));
    }
}
