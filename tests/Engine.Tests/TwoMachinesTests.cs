using System.Text;
using NUnit.Framework;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests;

/// <summary>Machines share nothing: they may run side by side, and each does what it does alone.</summary>
[TestFixture]
public class TwoMachinesTests
{
    private const int Rounds = 4;

    [TestCase(Tier.Interpreter)]
    [TestCase(Tier.Auto)]
    [TestCase(Tier.Jit)]
    public void Two_machines_at_the_same_time_do_what_each_does_alone(Tier tier)
    {
        // One that the release breaks and one that works: neither verdict may leak into the other.
        (string Guest, string Release)[] machines = [("solaris-2007", "xen-3.1.1"), ("syscall-frame", "xen-4.17")];
        List<Finish> alone = [.. machines.Select(machine => Run(machine.Guest, machine.Release, tier))];
        Assert.That(alone[0].Console, Does.Contain("SIGBUS"));
        Assert.That(alone[1].Console, Does.Contain("syscall-frame: "));

        for (int round = 0; round < Rounds; round++)
        {
            using var together = new Barrier(machines.Length);
            var finishes = new Finish[machines.Length];
            Thread[] threads = [.. machines.Select((machine, i) => new Thread(() => finishes[i] = Run(machine.Guest, machine.Release, tier, together)))];
            foreach (Thread thread in threads)
                thread.Start();
            foreach (Thread thread in threads)
                thread.Join();
            Assert.That(finishes, Is.EqualTo(alone));
        }
    }

    [Test]
    public void The_same_options_and_input_give_the_same_run()
    {
        Finish first = Run("traps", "xen-4.17", Tier.Auto);
        Assert.That(Run("traps", "xen-4.17", Tier.Auto), Is.EqualTo(first));
    }

    private static Finish Run(string guest, string release, Tier tier, Barrier? together = null)
    {
        GuestImage image = GuestImageCatalog.Find(guest)!;
        using var output = new MemoryStream();
        using var machine = new VirtualMachine(new VirtualMachineOptions
        {
            Kernel = image.Build(),
            MemoryBytes = (ulong)image.Manifest.Memory << 20,
            Release = ReleaseCatalog.Find(release)!,
            Execution = new ExecutionOptions { Tier = tier },
            ConsoleOutput = output,
            Timeout = TimeSpan.FromMinutes(2),
        });
        together?.SignalAndWait();
        RunResult result = machine.Run();
        return new Finish(result.Outcome, result.Counters.Instructions, result.Counters.GuestTime, Encoding.ASCII.GetString(output.ToArray()));
    }

    private sealed record Finish(RunOutcome Outcome, ulong Instructions, TimeSpan GuestTime, string Console);
}
