using Iced.Intel;
using NUnit.Framework;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Builder;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Engine.Tests.Hosting;

/// <summary>Guests that make hypercalls with arguments out of a hat: whatever becomes of them, the engine reports it and goes on.</summary>
[TestFixture]
public class HostileGuestTests
{
    private const int Calls = 200;
    private const int Guests = 60;

    [TestCase(Tier.Interpreter, 1)]
    [TestCase(Tier.Jit, 2)]
    [TestCase(Tier.Auto, 3)]
    public void Random_hypercalls_never_reach_the_host(Tier tier, int seed)
    {
        var random = new Random(seed);
        ulong exits = 0;
        for (int i = 0; i < Guests; i++)
        {
            byte[] kernel = SmallKernel.Build(a => RandomCode(a, random));
            using var machine = new VirtualMachine(new VirtualMachineOptions
            {
                Kernel = kernel,
                MemoryBytes = 16 << 20,
                MaxInstructions = 30_000,
                Timeout = TimeSpan.FromSeconds(60),
                Execution = new ExecutionOptions { Tier = tier },
                ConsoleInput = new MemoryStream(new byte[3000]),
            });
            RunResult result = machine.Run();
            exits += result.Counters.Exits;
            Assert.That(result.InternalError, Is.Null, $"guest {i}");
            Assert.That(result.Outcome, Is.Not.EqualTo(RunOutcome.Timeout), $"guest {i}");
            Assert.That(CrashReport.Format(result), Does.Contain("rip"));
        }

        Assert.That(exits, Is.GreaterThan(Guests * 10), "guests must live long enough to do harm");
    }

    [Test]
    public void A_ring_page_never_becomes_a_page_table()
    {
        using var machine = new VirtualMachine(new VirtualMachineOptions { Kernel = SmallKernel.Build(a => a.ud2()), MemoryBytes = 16 << 20 });
        DomainPlan plan = machine.Plan;
        foreach (MachineFrame frame in (MachineFrame[])[machine.Domain.PhysicalMap[plan.Console], machine.Domain.PhysicalMap[plan.Store]])
        {
            // Given back by the guest with no mapping left, it would be free but for the back end.
            machine.Domain.Depopulate(frame);
            Assert.That(machine.Domain.Machine[frame].TypeReferences, Is.GreaterThan(1));
            Assert.That(machine.Domain.PageTypes.Pin(frame, machine.Domain, PageType.L1), Is.Negative);
        }
    }

    private static void RandomCode(Assembler a, Random random)
    {
        int[] favourites = [1, 1, 2, 10, 12, 14, 20, 24, 26, 26, 32];
        for (int i = 0; i < Calls; i++)
        {
            if (random.Next(100) == 0)
            {
                byte[] anything = new byte[random.Next(1, 6)];
                random.NextBytes(anything);
                a.db(anything);
            }

            a.mov(rdi, Value(random));
            a.mov(rsi, Value(random));
            a.mov(rdx, Value(random));
            a.mov(r10, Value(random));
            a.mov(r8, Value(random));
            a.mov(rbx, SmallKernel.Data + ((ulong)random.Next(64) * 8));
            a.mov(rax, Value(random));
            a.mov(__qword_ptr[rbx], rax);
            a.mov(rax, Value(random));
            a.mov(__qword_ptr[rbx + 8], rax);
            int number = random.Next(3) == 0 ? favourites[random.Next(favourites.Length)] : random.Next(70);
            // What ends the guest or leaves its code is rare, or nothing else would be tried.
            if (number is 6 or 23 or 29 && random.Next(30) != 0)
                number = 1;
            a.mov(eax, number);
            a.syscall();
        }
    }

    /// <summary>Small numbers, addresses of the guest's and of Xen's, frame numbers, page-table entries, and anything.</summary>
    private static ulong Value(Random random) => random.Next(12) switch
    {
        0 => 0,
        1 => (ulong)random.Next(16),
        2 => (ulong)random.Next(40),
        3 => SmallKernel.Data + (ulong)random.Next(512),
        4 => SmallKernel.VirtualBase + (ulong)random.Next(0x400000),
        5 => ((ulong)(uint)random.Next(5000) << 12) | (uint)random.Next(0x200),
        6 => (ulong)random.Next(5000),
        7 => Abi.DomainId.Self,
        8 => ulong.MaxValue - (ulong)random.Next(0x2000),
        9 => Abi.VirtualLayout.HypervisorStart + (ulong)random.NextInt64(1L << 44),
        10 => (ulong)random.NextInt64(),
        _ => SmallKernel.Data,
    };
}
