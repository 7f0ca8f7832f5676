using System.Text;
using System.Text.Json;
using NUnit.Framework;
using Rebound.GuestImages;

namespace Rebound.Guests.Tests;

/// <summary><c>rebound abi</c>: the matrix of guests and releases, its drawing of what broke, its data and its exit code.</summary>
public sealed class CliAbiTests
{
    private static readonly string[] Guests = ["linux-like", "solaris-2007", "solaris-fixed"];
    private static readonly string[] Releases = ["xen-3.0.4", "xen-3.1.0", "xen-3.1.1", "xen-3.1.2", "xen-4.17"];

    [TestCase("auto")]
    [TestCase("interpreter")]
    [TestCase("jit")]
    public void One_release_breaks_one_guest(string tier)
    {
        CliResult result = CliProcess.Run("abi", "--format", "json", "--tier", tier);
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(result.Error, Is.Empty);
        using JsonDocument document = JsonDocument.Parse(result.Output);
        List<JsonElement> cells = [.. document.RootElement.EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(cells.Select(cell => Text(cell, "guest")).Distinct(), Is.EquivalentTo(Guests));
            Assert.That(cells.Select(cell => Text(cell, "release")).Distinct(), Is.EqualTo(Releases));
            Assert.That(cells, Has.Count.EqualTo(Guests.Length * Releases.Length));
            foreach (JsonElement cell in cells)
            {
                string guest = Text(cell, "guest"), release = Text(cell, "release");
                string verdict = guest == "solaris-2007" && release == "xen-3.1.1" ? "breaks" : "works";
                Assert.That(Text(cell, "verdict"), Is.EqualTo(verdict), $"{guest} on {release}");
                Assert.That(Text(cell, "expected"), Is.EqualTo(verdict), $"{guest} on {release}");
                Assert.That(cell.GetProperty("systemCalls").GetInt64(), Is.Positive);
                Assert.That(cell.GetProperty("differences").GetArrayLength() > 0, Is.EqualTo(release == "xen-3.1.1"), $"{guest} on {release}");
            }
        });
    }

    [Test]
    public void The_difference_is_the_r11_word_and_its_ac_bit()
    {
        CliResult result = CliProcess.Run("abi", "--guests", "solaris-2007", "--releases", "xen-3.1.1", "--format", "json");
        using JsonDocument document = JsonDocument.Parse(result.Output);
        JsonElement cell = document.RootElement.EnumerateArray().Single();
        List<JsonElement> differences = [.. cell.GetProperty("differences").EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(differences.Select(difference => Text(difference, "word")).Distinct(), Is.EqualTo(new[] { "r11" }));
            Assert.That(differences.Select(difference => Text(difference, "actual")).Distinct(), Has.Exactly(1).Items);
            Assert.That(Text(differences[0], "actual"), Does.Match("^0xffff828c80[0-9a-f]{6}$"));
            Assert.That(Convert.ToUInt64(Text(differences[0], "expected"), 16) & (1ul << 18), Is.Zero);
            Assert.That(
                differences[0].GetProperty("flags").EnumerateArray().Any(flag => Text(flag, "name") == "AC" && flag.GetProperty("actual").GetInt32() == 1),
                Is.True);
            Assert.That(cell.GetProperty("aftermath").GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()), Does.Contain("AC"));
        });
    }

    [Test]
    public void The_text_draws_the_frame_and_points_at_the_bit()
    {
        CliResult result = CliProcess.Run("abi");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Error, Is.Empty);
            foreach (string name in Guests.Concat(Releases)) Assert.That(result.Output, Does.Contain(name));
            Assert.That(result.Output, Does.Contain("BREAKS"));
            Assert.That(result.Output, Does.Match(@"\+0x08 +\| r11 +\| ffff828c80[0-9a-f]{6} \| 0{13}[0-9a-f]{3} \|  <=="));
            Assert.That(result.Output, Does.Contain("AC (bit 18) is set"));
            Assert.That(result.Output, Does.Contain("SIGBUS"));
        });
    }

    [Test]
    public void A_manifest_that_expects_otherwise_makes_exit_code_1_and_names_the_cell()
    {
        using var files = new CliFiles();
        string manifest = GuestImageCatalog.ManifestText("solaris-2007")
            .Replace("\"xen-3.1.1\": \"breaks\"", "\"xen-3.1.1\": \"works\"", StringComparison.Ordinal);
        string file = files.Write("guest.json", Encoding.UTF8.GetBytes(manifest));
        CliResult result = CliProcess.Run("abi", "--guests", "solaris-2007", "--manifest", file);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.ToString());
            Assert.That(result.Output, Does.Contain("Not as expected: solaris-2007 on xen-3.1.1"));
        });
    }

    [Test]
    public void Guests_and_releases_can_be_chosen()
    {
        CliResult result = CliProcess.Run("abi", "--guests", "solaris-fixed,linux-like", "--releases", "xen-4.17,xen-3.1.1", "--format", "json");
        using JsonDocument document = JsonDocument.Parse(result.Output);
        Assert.That(
            document.RootElement.EnumerateArray().Select(cell => $"{Text(cell, "guest")}/{Text(cell, "release")}"),
            Is.EqualTo(new[] { "solaris-fixed/xen-4.17", "solaris-fixed/xen-3.1.1", "linux-like/xen-4.17", "linux-like/xen-3.1.1" }));
    }

    private static string Text(JsonElement element, string property) => element.GetProperty(property).GetString()!;
}
