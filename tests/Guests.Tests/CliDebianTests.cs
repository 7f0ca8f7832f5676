using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>The kernels that Debian ships, unmodified, as a user boots them.</summary>
[TestFixture]
[Category("ThirdParty")]
public sealed class CliDebianTests
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
}
