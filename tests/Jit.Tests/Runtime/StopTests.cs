using NUnit.Framework;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Tests.Runtime;

[TestFixture]
public sealed unsafe class StopTests
{
    private const ulong Code = 0x40_0000;

    [Test]
    public void A_stop_ends_a_loop([Values] Tier tier)
    {
        using FlatMachine machine = new(tier);
        machine.Map(Code, 1, writable: false, executable: true);
        machine.Store(Code, [0xeb, 0xfe]); // jmp itself
        machine.State->Rip = Code;
        Assert.That(RunUntilStopped(machine), Is.EqualTo(ExitReason.Stopped));
        Assert.That(machine.State->Rip, Is.EqualTo(Code));
    }

    [Test]
    public void A_stop_ends_one_string_instruction_that_would_take_hours([Values] Tier tier)
    {
        using FlatMachine machine = new(tier);
        machine.Map(Code, 1, writable: false, executable: true);
        machine.Store(Code, [0xf3, 0xaa, 0xeb, 0xfe]); // rep stosb; jmp itself
        ulong start = MapHalfTheAddressSpaceToOnePage(machine);
        machine.State->Rip = Code;
        machine.State->Gpr[7] = start;
        machine.State->Gpr[1] = 1UL << 46;
        Assert.That(RunUntilStopped(machine), Is.EqualTo(ExitReason.Stopped));
        Assert.That(machine.State->Rip, Is.EqualTo(Code));
        Assert.That(machine.State->Gpr[7] - start, Is.EqualTo((1UL << 46) - machine.State->Gpr[1]), "progress is kept in the registers");
        Assert.That(machine.Context.Retired, Is.Zero);
    }

    /// <summary>Three tables that map one page over and over, hung into every slot of the root's lower half but the first.</summary>
    private static ulong MapHalfTheAddressSpaceToOnePage(FlatMachine machine)
    {
        MachineFrame page = machine.Map(0x10_0000, 1);
        MachineFrame child = page;
        for (int level = 1; level <= 3; level++)
        {
            MachineFrame table = machine.Map(0x20_0000 + ((ulong)level << 12), 1);
            for (ulong i = 0; i < 512; i++)
                machine.Memory.Write64(table.Address + (8 * i), Entry(child));
            child = table;
        }

        for (ulong i = 1; i < 256; i++)
            machine.Memory.Write64(machine.Context.ActiveView.Root.Address + (8 * i), Entry(child));
        machine.Context.FlushTlb();
        return 1UL << 39;
    }

    private static ulong Entry(MachineFrame frame) =>
        frame.Address.Value | PageTableEntry.Present | PageTableEntry.Writable | PageTableEntry.User;

    /// <summary>Asks for the stop when the run is under way for sure, because the first request could only stop its beginning.</summary>
    private static ExitReason RunUntilStopped(FlatMachine machine)
    {
        machine.Core.RequestStop();
        Assert.That(machine.Run(1000), Is.EqualTo(ExitReason.Stopped), "a request before the run ends it at once");
        Task<ExitReason> run = Task.Run(() => machine.Run(long.MaxValue / 2));
        while (machine.Context.Statistics.Dispatches < 3 && !run.IsCompleted)
            Thread.Yield();
        machine.Core.RequestStop();
        return run.GetAwaiter().GetResult();
    }
}
