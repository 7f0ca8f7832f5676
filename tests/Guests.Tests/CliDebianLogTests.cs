using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>
/// What Debian's kernels log here, against what the same kernels logged as domU of Debian 12's Xen 4.17.7 (QEMU 10, TCG, -cpu max), with 512 MiB and
/// the same command line. The logs without their times are in the folder Debian. docs/linux.md explains the differences.
/// </summary>
[TestFixture]
[Category("ThirdParty")]
public sealed partial class CliDebianLogTests
{
    private static IReadOnlyList<string> Kernels => CliDebian.Kernels;

    [TestCaseSource(nameof(Kernels))]
    public void It_is_the_log_of_real_xen(string name)
    {
        using var files = new CliFiles();
        string kernel = CliDebian.RequireKernel(name);
        string[] expected = File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "Debian", $"log-of-{name}-on-xen-4.17.txt"));
        string release = Path.GetFileName(kernel)["vmlinuz-".Length..];
        if (!expected[0].Contains($"Linux version {release} ", StringComparison.Ordinal))
            Assert.Ignore($"the kernel is {release}, and the log of another: {expected[0]}");
        string ramdisk = files.Write("initrd", CliDebian.Ramdisk("busybox poweroff -f"));
        CliResult result = CliProcess.Run("run", kernel, "--initrd", ramdisk, "--memory", "512M", "--cmdline", "console=hvc0 panic=1");
        string[] actual = [.. result.Output.Split('\n').Select(line => LogLine().Match(line.TrimEnd())).Where(match => match.Success).Select(match => match.Groups[1].Value)];
        Assert.Multiple(() =>
        {
            Assert.That(actual, Has.Length.GreaterThan(150), result.ToString());
            Assert.That(Without(expected, actual), Is.Empty, "lines that only real Xen's guest logs");
            Assert.That(Without(actual, expected), Is.Empty, "lines that only the guest here logs");
        });
    }

    /// <summary>Lines of the one log that the other does not have as often, but for those that may differ.</summary>
    private static List<string> Without(IEnumerable<string> lines, IEnumerable<string> others)
    {
        var rest = others.ToList();
        return [.. lines.Where(line => !MayDiffer().IsMatch(line) && !rest.Remove(line))];
    }

    [GeneratedRegex(@"^\[ *\d+\.\d+\] (.*)$")]
    private static partial Regex LogLine();

    /// <summary>
    /// What depends on the processor's speed; on its model; on the ramdisk, which xl unpacks and which is another here; on the time of day and on how
    /// long something took.
    /// </summary>
    [GeneratedRegex(
        "^(tsc: Detected|clocksource: tsc|Calibrating delay loop" +
        "|random: crng init done|Speculative Store Bypass|AGP: No AGP bridge found" +
        "|RAMDISK: |Memory: |Freeing initrd memory" +
        "|audit: type=2000|node 0 deferred pages initialised|sched_clock: Marking stable)")]
    private static partial Regex MayDiffer();
}
