using NUnit.Framework;
using Rebound.GuestImages;

namespace Rebound.Guests.Tests;

/// <summary>Whatever cannot be used is told in one line on standard error, with exit code 2 and nothing on standard output.</summary>
public sealed class CliBadInputTests
{
    private static readonly byte[] Good = CliKernel.Build(a => CliKernel.End(a, CliKernel.PowerOff));

    /// <summary>Arguments, and what the line has to name. Where a kernel file is meant, @ stands before the name of one of <see cref="Files"/>.</summary>
    public static IEnumerable<TestCaseData> Lines()
    {
        (string[] Arguments, string Named)[] lines =
        [
            ([], "no command"),
            (["dance"], "dance"),
            (["run"], "run"),
            (["run", "hello", "--no-such-option"], "--no-such-option"),
            (["run", "@missing.elf"], "missing.elf"),
            (["run", "@"], "directory"),
            (["run", "@empty.elf"], "empty.elf"),
            (["run", "@text.elf"], "text.elf"),
            (["run", "@header.elf"], "header.elf"),
            (["run", "@half.elf"], "half.elf"),
            (["run", "@32.elf"], "32-bit"),
            (["run", "@arm.elf"], "arm.elf"),
            (["run", "@plain.elf"], "plain.elf"),
            (["run", "hello", "--memory", "1M"], "memory"),
            (["run", "hello", "--memory", "0"], "--memory"),
            (["run", "hello", "--memory", "lots"], "--memory"),
            (["run", "hello", "--memory", "-5M"], "--memory"),
            (["run", "hello", "--memory", "99999999999999999999G"], "--memory"),
            (["run", "hello", "--release", "xen-2.0"], "xen-2.0"),
            (["run", "hello", "--cpu", "x86-64-v9"], "x86-64-v9"),
            (["run", "hello", "--tier", "warp"], "warp"),
            (["run", "hello", "--timeout", "soon"], "--timeout"),
            (["run", "hello", "--timeout", "0"], "--timeout"),
            (["run", "hello", "--max-instructions", "-1"], "--max-instructions"),
            (["run", "hello", "--trace", "everything"], "everything"),
            (["run", "hello", "--trace", "syscalls", "--trace-file", "@no/such/folder/trace"], "trace"),
            (["run", "hello", "--initrd", "@missing.img"], "missing.img"),
            (["run", "hello", "--cmdline", new string('x', 5000)], "command line"),
            (["run", "hello", "extra"], "extra"),
            (["abi", "--guests", "plan9"], "plan9"),
            (["abi", "--releases", "xen-9.9"], "xen-9.9"),
            (["abi", "--format", "xml"], "xml"),
            (["abi", "--tier", "warp"], "warp"),
            (["abi", "--manifest", "@missing.json"], "missing.json"),
            (["abi", "--manifest", "@text.elf"], "text.elf"),
            (["run", "hello", "--symbols", "@missing.map"], "missing.map"),
            (["run", "hello", "--symbols", "@text.elf"], "text.elf"),
            (["run", "hello", "--symbols", "@empty.elf"], "symbols"),
            (["run", "hello", "--memory", "65G"], "64 GiB"),
            (["run", "@short.bz"], "bzImage"),
            (["run", "@broken.xz"], "xz"),
            (["explain"], "explain"),
            (["explain", "hello"], "ADDRESS"),
            (["explain", "hello", "nowhere"], "nowhere"),
            (["explain", "hello", "0x10"], "0x10"),
            (["explain", "--bytes", "zz"], "zz"),
            (["images", "--output", "@text.elf/folder"], "text.elf"),
        ];
        foreach ((string[] arguments, string named) in lines)
            yield return new TestCaseData(arguments, named).SetArgDisplayNames(string.Join(' ', arguments.Select(Shorten)));
    }

    [TestCaseSource(nameof(Lines))]
    public void Is_told_in_one_line(string[] arguments, string named)
    {
        using var files = new CliFiles();
        foreach ((string name, byte[] content) in Files()) files.Write(name, content);
        string[] actual = [.. arguments.Select(argument => argument.StartsWith('@') ? files.PathOf(argument[1..]) : argument)];
        CliResult result = CliProcess.Run(actual);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.ToString());
            Assert.That(result.Error, Does.StartWith("rebound: ").And.Contain(named).IgnoreCase);
            Assert.That(result.Output, Is.Empty);
        });
    }

    [Test]
    public void A_file_that_may_not_be_read_is_told_in_one_line()
    {
        Assume.That(OperatingSystem.IsLinux());
        // Whoever runs the tests may be root, who may read everything: a directory in /proc refuses even that.
        CliResult result = CliProcess.Run("run", "/proc/self/mem");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.ToString());
        });
    }

    [Test]
    public void A_manifest_of_another_shape_names_the_field()
    {
        using var files = new CliFiles();
        string manifest = GuestImageCatalog.ManifestText("solaris-2007").Replace("\"memory\": 32", "\"memory\": \"32\"", StringComparison.Ordinal);
        CliResult result = CliProcess.Run("abi", "--manifest", files.Write("guest.json", System.Text.Encoding.UTF8.GetBytes(manifest)));
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.ToString());
            Assert.That(result.Error, Does.Contain("memory"));
        });
    }

    private static string Shorten(string argument) => argument.Length > 40 ? argument[..40] + "…" : argument;

    private static IEnumerable<(string Name, byte[] Content)> Files()
    {
        byte[] narrow = [.. Good];
        narrow[4] = 1;
        byte[] arm = [.. Good];
        arm[18] = 183;
        return
        [
            ("empty.elf", []),
            ("text.elf", "This is no kernel.\n"u8.ToArray()),
            ("header.elf", Good[..40]),
            ("half.elf", Good[..(Good.Length / 2)]),
            ("32.elf", narrow),
            ("arm.elf", arm),
            ("short.bz", [.. new byte[0x202], .. "HdrS"u8, 0, 0]),
            ("broken.xz", [0xfd, .. "7zXZ"u8, 0, 0, 1, 2, 3, 4, 5]),
            ("plain.elf", CliKernel.Build(a => a.nop(), notes: false)),
        ];
    }
}
