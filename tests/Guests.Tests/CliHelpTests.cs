using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>Help texts and lists.</summary>
public sealed class CliHelpTests
{
    public static IReadOnlyList<string> Commands { get; } = ["run", "abi", "explain", "images", "releases", "hypercalls", "instructions"];

    [Test]
    public void The_help_lists_every_command()
    {
        CliResult result = CliProcess.Run("--help");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero);
            Assert.That(result.Error, Is.Empty);
            foreach (string command in Commands) Assert.That(result.Output, Does.Contain($"  {command} "));
        });
    }

    [TestCaseSource(nameof(Commands))]
    public void The_help_of_a_command_ends_with_examples(string command)
    {
        CliResult result = CliProcess.Run(command, "--help");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero);
            Assert.That(result.Error, Is.Empty);
            Assert.That(result.Output, Does.Contain("Examples:").And.Contain($"  rebound {command}"));
        });
    }

    [TestCase("images", "solaris-2007")]
    [TestCase("releases", "xen-3.1.1")]
    [TestCase("hypercalls", "sched_op")]
    [TestCase("instructions", "VEX_Vpshufb_ymm_ymm_ymmm256")]
    public void A_list_names_what_there_is(string command, string named)
    {
        CliResult result = CliProcess.Run(command);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero);
            Assert.That(result.Error, Is.Empty);
            Assert.That(result.Output, Does.Contain(named));
        });
    }

    [Test]
    public void Images_are_written_as_kernel_files_that_run()
    {
        using var files = new CliFiles();
        CliResult written = CliProcess.Run("images", "--output", files.PathOf("guests"));
        CliResult run = CliProcess.Run("run", files.PathOf("guests/hello.elf"), "--memory", "32M");
        Assert.Multiple(() =>
        {
            Assert.That(written.ExitCode, Is.Zero, written.ToString());
            Assert.That(written.Output, Does.Contain("hello.elf"));
            Assert.That(run.ExitCode, Is.Zero, run.ToString());
            Assert.That(run.Output, Does.Contain("hello done"));
        });
    }
}
