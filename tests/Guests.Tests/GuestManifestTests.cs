using NUnit.Framework;
using Rebound.GuestImages;

namespace Rebound.Guests.Tests;

[TestFixture]
internal sealed class GuestManifestTests
{
    private const string Good = """
        {
          "name": "some-guest", "summary": "s", "description": "d", "commandLine": "", "memory": 32,
          "expectedConsole": ["one", "two {dec}"], "successLine": "two {dec}",
          "expected": { "xen-3.1.1": "breaks", "default": "works" }, "abi": false
        }
        """;

    [Test]
    public void A_manifest_is_read()
    {
        GuestManifest manifest = GuestManifest.Parse(Good, "m.json");
        Assert.That(manifest.Name, Is.EqualTo("some-guest"));
        Assert.That(manifest.Memory, Is.EqualTo(32));
        Assert.That(manifest.ExpectedConsole, Is.EqualTo(new[] { "one", "two {dec}" }));
        Assert.That(manifest.ExpectedOn("xen-3.1.1"), Is.EqualTo(GuestVerdict.Breaks));
        Assert.That(manifest.ExpectedOn("xen-4.17"), Is.EqualTo(GuestVerdict.Works));
    }

    [TestCase("\"memory\": 32,", "", "field 'memory' is missing")]
    [TestCase("\"memory\": 32,", "\"memory\": \"much\",", "field 'memory' is a text, not a number")]
    [TestCase("\"memory\": 32,", "\"memory\": 1,", "field 'memory' is 1")]
    [TestCase("\"memory\": 32,", "\"memory\": 32, \"colour\": 1,", "field 'colour' is unknown")]
    [TestCase("\"memory\": 32,", "\"memory\": 32, \"memory\": 32,", "field 'memory' is there twice")]
    [TestCase("\"one\"", "\"{one\"", "field 'expectedConsole[0]'")]
    [TestCase("\"one\"", "\"{number}\"", "unknown placeholder '{number}'")]
    [TestCase("[\"one\", \"two {dec}\"]", "[]", "field 'expectedConsole' is empty")]
    [TestCase("\"breaks\"", "\"maybe\"", "field 'expected.xen-3.1.1' is \"maybe\"")]
    [TestCase("\"xen-3.1.1\"", "\"3.1.1\"", "field 'expected.3.1.1' is no release name")]
    [TestCase("some-guest", "Some Guest", "field 'name' is 'Some Guest'")]
    [TestCase("\"abi\": false", "\"abi\": 0", "field 'abi' is a number, not true or false")]
    [TestCase("\"abi\": false", "", "no valid JSON at line 5")]
    public void A_wrong_field_is_named_with_its_file_in_one_line(string what, string with, string message)
    {
        string json = Good.Replace(what, with, StringComparison.Ordinal);
        var error = Assert.Throws<GuestManifestException>(() => GuestManifest.Parse(json, "m.json"));
        Assert.That(error!.Message, Does.StartWith("m.json: ").And.Contains(message));
        Assert.That(error.Message, Does.Not.Contain("\n"));
    }

    [Test]
    public void A_manifest_is_loaded_from_a_file_or_from_its_folder()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rebound-");
        try
        {
            string file = Path.Combine(folder.FullName, GuestManifest.FileName);
            Assert.That(() => GuestManifest.Load(folder.FullName), Throws.TypeOf<GuestManifestException>().With.Message.StartsWith(file));
            File.WriteAllText(file, Good);
            Assert.That(GuestManifest.Load(folder.FullName).Name, Is.EqualTo("some-guest"));
            Assert.That(GuestManifest.Load(file).Name, Is.EqualTo("some-guest"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [TestCase(new[] { "zero", "one", "two 2" }, null)]
    [TestCase(new[] { "one", "two", "two 22 " }, null)]
    [TestCase(new[] { "two 2", "one" }, "two {dec}")]
    [TestCase(new[] { "two 2" }, "one")]
    public void Expected_lines_come_in_order_with_others_between_them(string[] console, string? missing) =>
        Assert.That(GuestManifest.Parse(Good, "m.json").FirstMissingLine(console), Is.EqualTo(missing));

    [TestCase("plain", "plain", true)]
    [TestCase("plain", "plainer", false)]
    [TestCase("a.c", "abc", false)]
    [TestCase("rip={hex}", "rip=ffffffff80101000", true)]
    [TestCase("rip={hex}", "rip=FF", false)]
    [TestCase("rip={hex}", "rip=", false)]
    [TestCase("n={dec}", "n=1f", false)]
    [TestCase("as {dom0|domU}", "as domU", true)]
    [TestCase("as {dom0|domU}", "as domain", false)]
    [TestCase("x86_64{|p}", "x86_64", true)]
    [TestCase("x86_64{|p}", "x86_64p", true)]
    [TestCase("4.17{text}", "4.17.7", true)]
    [TestCase("{{{dec}}}", "{7}", true)]
    public void A_console_pattern_matches_whole_lines(string pattern, string line, bool matches) =>
        Assert.That(new ConsolePattern(pattern).Matches(line), Is.EqualTo(matches));
}
