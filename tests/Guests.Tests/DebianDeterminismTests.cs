using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using NUnit.Framework;
using Rebound.Engine.Hosting;
using Rebound.Jit.Cpu;

namespace Rebound.Guests.Tests;

/// <summary>
/// Debian's kernel boots the same every time: the same bytes on the console and the same number of retired instructions at power-off, in one
/// process or several, side by side, whatever tier ran which instruction. REBOUND_BOOTS chooses how many boots of each kind (1).
/// </summary>
[TestFixture]
[Category("ThirdParty")]
public sealed partial class DebianDeterminismTests
{
    private const string CommandLine = "console=hvc0";
    private const string Script =
        """
        busybox mount -t proc proc /proc
        busybox mount -t sysfs sys /sys
        busybox dmesg | busybox sha256sum
        busybox sleep 3
        busybox date
        (busybox yes | busybox head -c 3000000 | busybox md5sum) & busybox seq 1 2000 | busybox sort -R | busybox wc -l
        wait
        busybox cat /proc/interrupts /proc/stat /proc/uptime
        busybox poweroff -f
        """;

    private static readonly int Boots = int.Parse(Environment.GetEnvironmentVariable("REBOUND_BOOTS") ?? "1", CultureInfo.InvariantCulture);

    [Test]
    public void Every_boot_is_the_same()
    {
        byte[] kernel = File.ReadAllBytes(CliDebian.RequireKernel("cloud"));
        byte[] ramdisk = CliDebian.Ramdisk(Script);
        (string Console, ulong Instructions) reference = InProcess(kernel, ramdisk, Tier.Auto);
        Assert.That(reference.Console, Does.Contain("2000"));
        for (int i = 0; i < Boots; i++)
        {
            Assert.Multiple(() =>
            {
                Assert.That(InOwnProcess(ramdisk), Is.EqualTo(reference), "in a process of its own");
                Assert.That(InProcess(kernel, ramdisk, Tier.Interpreter), Is.EqualTo(reference), "interpreted");
                (string, ulong)[] pair = SideBySide(() => InProcess(kernel, ramdisk, Tier.Auto));
                Assert.That(pair, Has.All.EqualTo(reference), "side by side in one process");
            });
        }
    }

    private static (string, ulong)[] SideBySide(Func<(string, ulong)> boot)
    {
        (string, ulong)[] results = new (string, ulong)[2];
        Parallel.For(0, 2, i => results[i] = boot());
        return results;
    }

    private static (string Console, ulong Instructions) InProcess(byte[] kernel, byte[] ramdisk, Tier tier)
    {
        using var output = new MemoryStream();
        using var machine = new VirtualMachine(new VirtualMachineOptions
        {
            Kernel = kernel,
            Ramdisk = ramdisk,
            CommandLine = CommandLine,
            MemoryBytes = 512UL << 20,
            Execution = new ExecutionOptions { Tier = tier },
            ConsoleOutput = output,
        });
        RunResult result = machine.Run();
        string console = Encoding.Latin1.GetString(output.ToArray());
        Assert.That(result.Outcome, Is.EqualTo(RunOutcome.PowerOff), console);
        return (console, result.Counters.Instructions);
    }

    private static (string Console, ulong Instructions) InOwnProcess(byte[] ramdisk)
    {
        using var files = new CliFiles();
        CliResult result = CliProcess.Run(
            "run", CliDebian.RequireKernel("cloud"), "--initrd", files.Write("initrd", ramdisk), "--memory", "512M", "--cmdline", CommandLine, "--stats");
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        string count = Count().Match(result.Error).Groups[1].Value;
        return (result.Output, ulong.Parse(count, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^instructions +([0-9,]+)", RegexOptions.Multiline)]
    private static partial Regex Count();
}
