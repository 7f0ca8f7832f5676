using NUnit.Framework;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Guests.Tests;

/// <summary>
/// A kernel that nobody here wrote: GRUB 2.06 for Xen, from Debian's package grub-xen-host. It has no hypercall page and
/// executes SYSCALL itself.
/// </summary>
[TestFixture]
[Category("ThirdParty")]
internal sealed class GrubTests
{
    private const string Image = "/usr/lib/grub-xen/grub-x86_64-xen.bin";
    private const ulong Memory = 256UL << 20;

    [Test]
    public void It_reaches_its_prompt_echoes_and_halts_the_same_in_every_tier()
    {
        byte[] kernel = Kernel();
        string? first = null;
        ulong instructions = 0;
        foreach (Tier tier in EngineRun.Tiers)
        {
            (RunResult result, string console) = EngineRun.Run(kernel, "", Memory, ReleaseCatalog.DefaultName, tier, "echo up\rhalt\r");
            Assert.Multiple(() =>
            {
                Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff), CrashReport.Format(result));
                Assert.That(console, Does.Contain("GNU GRUB  version 2.06"));
                Assert.That(console, Does.Contain("grub> "));
                Assert.That(EngineRun.Lines(console), Does.Contain("up"), "what echo prints");
            });
            first ??= console;
            instructions = instructions == 0 ? result.Counters.Instructions : instructions;
            Assert.That(console, Is.EqualTo(first), tier.ToString());
            Assert.That(result.Counters.Instructions, Is.EqualTo(instructions), tier.ToString());
        }
    }

    [Test]
    public void It_loads_with_little_and_with_much_memory([Values(16UL, 4096UL)] ulong megabytes)
    {
        (RunResult result, string console) = EngineRun.Run(Kernel(), "", megabytes << 20, ReleaseCatalog.DefaultName, Tier.Auto, "halt\r");
        Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff), $"{CrashReport.Format(result)}\n{console}");
    }

    private static byte[] Kernel()
    {
        if (!File.Exists(Image))
            Assert.Ignore($"{Image} is not there: install Debian's package grub-xen-host");
        return File.ReadAllBytes(Image);
    }
}
