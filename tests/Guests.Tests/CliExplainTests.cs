using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary><c>rebound explain</c>: all stages of guest code, from its bytes to host code.</summary>
public sealed class CliExplainTests
{
    [Test]
    public void A_loop_is_shown_at_every_stage()
    {
        // again: add rax, rbx; dec rcx; jnz again
        CliResult result = CliProcess.Run("explain", "--bytes", "48 01 d8 48 ff c9 75 f8", "--at", "0x401000");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Error, Is.Empty);
            Assert.That(result.Output, Does.Contain("0000000000401000  4801d8").And.Contain("add rax, rbx"));
            Assert.That(result.Output, Does.Contain("-- micro-operations").And.Contain("add.8 rax = rax, rbx"));
            Assert.That(Stage(result.Output, "-- IL"), Does.Contain("add").And.Contain("ldloc"));
            Assert.That(Stage(result.Output, "-- host code"), Does.Match(@"\n +[0-9a-f]+  [0-9a-f]+ +ret"));
        });
    }

    [Test]
    public void An_image_is_shown_from_its_entry_point()
    {
        CliResult result = CliProcess.Run("explain", "hello", "entry");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Does.Contain("ffffffff80101000  fc").And.Contain("cld"));
            Assert.That(Stage(result.Output, "-- host code").Split('\n'), Has.Length.GreaterThan(10));
        });
    }

    [Test]
    public void Bytes_that_end_too_early_are_told_in_one_line()
    {
        CliResult result = CliProcess.Run("explain", "--bytes", "48 b8 01");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
        });
    }

    private static string Stage(string output, string heading)
    {
        int start = output.IndexOf(heading, StringComparison.Ordinal);
        int end = output.IndexOf("\n-- ", start + heading.Length, StringComparison.Ordinal);
        return output[start..(end < 0 ? output.Length : end)];
    }
}
