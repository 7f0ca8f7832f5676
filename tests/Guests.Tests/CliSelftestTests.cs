using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary><c>rebound selftest</c>: what it says at the end, and its exit code.</summary>
public sealed class CliSelftestTests
{
    [Test]
    public void The_last_line_says_what_was_run()
    {
        CliResult result = CliProcess.Run("selftest", "--sequences", "40", "--seed", "7", "--jobs", "1");
        string last = result.Output.TrimEnd().Split('\n')[^1].TrimEnd();
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(last, Does.Match(
                @"^selftest: 40 sequences from seed 7, \d{3,} cases; interpreter \d{4,} instructions, jit \d{4,} instructions \(\d{4,} compiled\), "
                + @"auto \d{4,} instructions \(\d+ compiled\); judge: the (host's processor|interpreter); 0 differences$"));
            Assert.That(result.Error, Is.Empty);
        });
    }

    [Test]
    public void The_same_seed_is_the_same_run()
    {
        string[] arguments = ["selftest", "--sequences", "20", "--seed", "3", "--tier", "interpreter,jit"];
        Assert.That(CliProcess.Run(arguments).Output, Is.EqualTo(CliProcess.Run([.. arguments, "--jobs", "3"]).Output));
    }

    [TestCase("--tier", "fast", "unknown tier 'fast'")]
    [TestCase("--tier", ",", "--tier names no tier")]
    [TestCase("--seconds", "0", "--seconds takes seconds above 0")]
    [TestCase("--instructions", "many", "--instructions takes a whole number above 0")]
    [TestCase("--jobs", "0", "--jobs takes a whole number above 0")]
    [TestCase("--failures", "/nowhere/at/all", "--failures /nowhere/at/all")]
    public void What_cannot_be_used_is_told(string option, string value, string told)
    {
        CliResult result = CliProcess.Run("selftest", "--sequences", "1", option, value);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contain(told));
    }
}
