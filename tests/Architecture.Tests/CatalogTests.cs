using System.Text.RegularExpressions;
using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Xen.Hypercalls;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;

namespace Rebound.Architecture.Tests;

/// <summary>Everything that can be listed says what it is, and what a user can type is in the documentation.</summary>
public sealed partial class CatalogTests
{
    public static IEnumerable<TestCaseData> Hypercalls =>
        HypercallTable.Default.All.Select(call => new TestCaseData(call).SetArgDisplayNames(call.Name));

    public static IEnumerable<TestCaseData> Releases =>
        ReleaseCatalog.All.Select(release => new TestCaseData(release).SetArgDisplayNames(release.Name));

    public static IEnumerable<TestCaseData> Images =>
        GuestImageCatalog.All.Select(image => new TestCaseData(image).SetArgDisplayNames(image.Name));

    public static IEnumerable<string> Commands => ReboundCommandLine.Commands().Select(command => command.Name);

    [TestCaseSource(nameof(Hypercalls))]
    public void A_hypercall_says_what_it_lacks(IHypercall call)
    {
        Assert.Multiple(() =>
        {
            Assert.That(call.Number, Is.InRange(0, HypercallNumber.Count - 1));
            Assert.That(call.Name, Does.Match("^[a-z][a-z0-9_]*$"));
            Assert.That(call.Note.Length > 0, Is.EqualTo(call.Grade != HypercallGrade.Supported), "a note stands where support is not full, and only there");
            Assert.That(call.Note, Does.Not.Contain("\n"));
            Assert.That(call.GetType().IsSealed, Is.True);
        });
    }

    [Test]
    public void A_hypercall_keeps_no_state()
    {
        IEnumerable<string> fields = HypercallTable.Default.All
            .SelectMany(call => call.GetType().GetFields(
                System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic))
            .Where(field => !field.IsInitOnly)
            .Select(field => $"{field.DeclaringType}.{field.Name}");
        Assert.That(fields, Is.Empty);
    }

    [TestCaseSource(nameof(Releases))]
    public void A_release_says_what_a_guest_notices(ReleaseProfile release)
    {
        Assert.Multiple(() =>
        {
            Assert.That(release.Name, Does.Match(@"^xen-\d+\.\d+(\.\d+)?$"));
            Assert.That(release.Summary, Is.Not.Empty.And.Not.Contain("\n"));
            Assert.That(ReleaseCatalog.Find(release.Name), Is.SameAs(release));
            Assert.That(Documentation(), Does.Contain(release.Name));
        });
    }

    [Test]
    public void Releases_are_ordered_by_age() =>
        Assert.That(ReleaseCatalog.All.Select(release => release.Version), Is.Ordered);

    [Test]
    public void The_default_release_exists() => Assert.That(ReleaseCatalog.Find(ReleaseCatalog.DefaultName), Is.Not.Null);

    [TestCaseSource(nameof(Images))]
    public void An_image_says_what_it_shows(GuestImage image)
    {
        GuestManifest manifest = image.Manifest;
        Assert.Multiple(() =>
        {
            Assert.That(manifest.Summary, Is.Not.Empty.And.Not.Contain("\n"));
            Assert.That(manifest.Description, Has.Length.GreaterThan(manifest.Summary.Length));
            Assert.That(manifest.ExpectedConsole, Is.Not.Empty);
            Assert.That(manifest.Expected.Keys.Where(name => name != GuestManifest.DefaultRelease && ReleaseCatalog.Find(name) is null), Is.Empty);
            Assert.That(Repository.Read("guest-images/README.md"), Does.Contain($"`{image.Name}`"));
        });
    }

    [TestCaseSource(nameof(Commands))]
    public void A_command_is_documented(string command) =>
        Assert.That(Repository.Read("README.md"), Does.Match($@"rebound {Regex.Escape(command)}\b"));

    [TestCaseSource(nameof(Commands))]
    public void A_command_has_help_and_examples(string name)
    {
        CliCommand command = ReboundCommandLine.Commands().Single(candidate => candidate.Name == name);
        Assert.Multiple(() =>
        {
            Assert.That(command.Description, Does.EndWith("."));
            Assert.That(command.Examples, Is.Not.Empty);
            Assert.That(command.Examples.Select(example => example.Line), Has.All.Contain($"rebound {name}"));
            foreach (System.CommandLine.Option option in command.Options) Assert.That(option.Description, Is.Not.Null.And.Not.Empty, option.Name);
            foreach (System.CommandLine.Argument argument in command.Arguments) Assert.That(argument.Description, Is.Not.Null.And.Not.Empty, argument.Name);
        });
    }

    [Test]
    public void Files_that_documents_link_to_exist()
    {
        List<string> dead = [];
        foreach (string document in Directory.EnumerateFiles(Repository.Root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md")))
        {
            foreach (Match link in RelativeLink().Matches(File.ReadAllText(document)))
            {
                string target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups["target"].Value);
                if (!File.Exists(target) && !Directory.Exists(target)) dead.Add($"{Path.GetFileName(document)}: {link.Groups["target"].Value}");
            }
        }

        Assert.That(dead, Is.Empty);
    }

    private static string Documentation() =>
        string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(File.ReadAllText));

    [GeneratedRegex(@"\]\((?<target>(?!https?:|#)[^)#]+)(#[^)]*)?\)")]
    private static partial Regex RelativeLink();
}
