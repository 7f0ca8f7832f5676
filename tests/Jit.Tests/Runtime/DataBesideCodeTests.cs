using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Runtime;

[TestFixture]
public sealed unsafe class DataBesideCodeTests
{
    private const ulong Code = 0x40_0000;
    private const ulong Counter = Code + 0x20;
    private const int Turns = 100_000;

    /// <summary>A counter in the same 64 bytes as the loop that counts: the loop must neither be dropped nor leave compiled code for it.</summary>
    [Test]
    public void Data_in_the_granule_of_code_does_not_disturb_it([Values] Tier tier)
    {
        using FlatMachine machine = new(tier);
        machine.Map(Code, 1, writable: true, executable: true);
        // inc qword [rdi]; dec rcx; jnz -8; ud2
        machine.Store(Code, [0x48, 0xff, 0x07, 0x48, 0xff, 0xc9, 0x75, 0xf8, 0x0f, 0x0b]);
        machine.State->Rip = Code;
        machine.State->Gpr[7] = Counter;
        machine.State->Gpr[1] = Turns;
        Assert.That(machine.Run(10 * Turns), Is.EqualTo(ExitReason.Exception));
        Assert.That(machine.Load64(Counter), Is.EqualTo(Turns));
        Assert.That(machine.Context.Statistics.BlocksInvalidated, Is.Zero);
        Assert.That(machine.Context.Statistics.Dispatches, Is.LessThan(1000));
    }
}
