using System.Globalization;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>The kernels that Debian ships, unmodified, as a user boots them.</summary>
[TestFixture]
[Category("ThirdParty")]
public sealed partial class CliDebianTests
{
    private static IReadOnlyList<string> Kernels => CliDebian.Kernels;

    [TestCaseSource(nameof(Kernels))]
    public void It_boots_to_user_space_and_powers_off(string name)
    {
        using var files = new CliFiles();
        string kernel = CliDebian.RequireKernel(name);
        string ramdisk = files.Write("initrd", CliDebian.Ramdisk(
            """
            busybox mount -t proc proc /proc
            busybox mount -t sysfs sys /sys
            busybox mount -t devtmpfs dev /dev
            echo "user space is up with $(busybox cat /proc/cmdline)"
            busybox uname -a
            busybox poweroff -f
            """));
        CliResult result = CliProcess.Run("run", kernel, "--initrd", ramdisk, "--memory", "512M", "--cmdline", "console=hvc0 quietly=no");
        string release = Path.GetFileName(kernel)["vmlinuz-".Length..];
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Does.Contain("user space is up with console=hvc0 quietly=no"));
            Assert.That(result.Output, Does.Contain($"Linux (none) {release} "));
            Assert.That(CliDebian.Trouble().Matches(result.Output), Is.Empty, result.Output);
        });
    }

    /// <summary>Linux makes page tables and a description for every page: 8 GiB are more than it ever touches of them.</summary>
    [Test]
    public void Eight_gigabytes_cost_what_the_kernel_touches()
    {
        using var files = new CliFiles();
        string ramdisk = files.Write("initrd", CliDebian.Ramdisk(
            """
            busybox mount -t proc proc /proc
            busybox grep MemTotal /proc/meminfo
            busybox poweroff -f
            """));
        CliResult result = CliProcess.Run(
            "run", CliDebian.RequireKernel("cloud"), "--initrd", ramdisk, "--memory", "8G", "--cmdline", "console=hvc0", "--stats");
        Match total = TotalMemory().Match(result.Output), peak = PeakMemory().Match(result.Error);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(int.Parse(total.Groups[1].Value, CultureInfo.InvariantCulture) >> 10, Is.InRange(7800, 8192), result.Output);
            Assert.That(int.Parse(peak.Groups[1].Value, CultureInfo.InvariantCulture), Is.InRange(100, 900), result.Error);
        });
    }

    [Test]
    public void A_panic_is_reported_with_the_names_that_the_kernel_carries()
    {
        CliResult result = CliProcess.Run("run", CliDebian.RequireKernel("cloud"), "--memory", "256M", "--cmdline", "console=hvc0 root=/dev/nowhere");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Output, Does.Contain("Kernel panic - not syncing: VFS: Unable to mount root fs"));
            Assert.That(result.Error, Does.Match(@"rip is xen_hypercall\w*\+0x"));
            Assert.That(result.Error, Does.Match(@" panic\+0x[0-9a-f]+").And.Match(@" mount_block_root\+0x[0-9a-f]+"));
        });
    }

    [GeneratedRegex(@"MemTotal: +(\d+) kB")]
    private static partial Regex TotalMemory();

    [GeneratedRegex(@"at most (\d+) MiB together")]
    private static partial Regex PeakMemory();
}
