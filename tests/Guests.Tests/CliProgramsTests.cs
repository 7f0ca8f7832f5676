using System.Diagnostics;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>Debian's programs under Debian's kernel, with a root file system of their own: the scripts beside this file, in Debian/.</summary>
[TestFixture]
[Category("ThirdParty")]
public sealed partial class CliProgramsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    /// <summary>bash, python3 with threads and floating point, gcc, openssl, xz, sha256sum, sort and awk print in a guest what they print on this machine.</summary>
    [Test]
    public void Programs_print_what_they_print_natively()
    {
        (string archive, string folder) = CliDebian.RequireRootFileSystem();
        string guest = Boot(archive, "programs");
        Assert.That(guest, Is.EqualTo(Native(folder, "programs")));
    }

    /// <summary>Tracing, breakpoints in kernel code, filters that the kernel compiles, signals, timers, futexes, copy on write.</summary>
    [Test]
    public void What_a_kernel_does_by_writing_code_works()
    {
        (string archive, string _) = CliDebian.RequireRootFileSystem();
        string[] lines = Boot(archive, "facilities").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.GreaterThan(10));
        Assert.That(lines, Has.All.EndsWith(" ok"), string.Join('\n', lines));
    }

    /// <summary>What a script of the ramdisk prints, from a kernel that complains of nothing and powers off.</summary>
    private static string Boot(string archive, string script)
    {
        string kernel = CliDebian.RequireKernel("cloud");
        CliResult result = CliProcess.Run(
            [],
            ["run", kernel, "--initrd", archive, "--memory", "2G", "--cmdline", $"console=hvc0 quiet loglevel=0 run={script}"],
            Patience);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        string output = result.Output.ReplaceLineEndings("\n");
        Match printed = Printed().Match(output);
        Assert.That(printed.Success, result.ToString());
        Assert.That(CliDebian.Trouble().Matches(output[(printed.Index + printed.Length)..]), Is.Empty, output);
        return printed.Groups[1].Value;
    }

    private static string Native(string folder, string script)
    {
        // Only root may change the root; anybody may become root of a namespace.
        string[] command = Environment.UserName == "root" ? ["chroot", folder] : ["unshare", "--map-root-user", $"--root={folder}"];
        ProcessStartInfo start = new(command[0], [.. command[1..], $"/opt/{script}.sh"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, output);
        return output;
    }

    [GeneratedRegex(@"^== begin\n(.*?)^== end\n", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Printed();
}
