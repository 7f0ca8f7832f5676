using NUnit.Framework;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;
using Rebound.Jit.Cpu;

namespace Rebound.Guests.Tests;

/// <summary>Every image on every release does what its manifest says, in every tier the same.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class EngineTests
{
    private static IEnumerable<TestCaseData> Cells =>
        from image in GuestImageCatalog.All
        from release in ReleaseCatalog.All
        select new TestCaseData(image.Name, release.Name);

    [TestCaseSource(nameof(Cells))]
    public void An_image_does_what_its_manifest_says(string name, string release)
    {
        GuestImage image = GuestImageCatalog.Find(name)!;
        (RunResult first, string console) = EngineRun.Run(image, release, Tier.Interpreter);
        string[] lines = EngineRun.Lines(console);
        GuestVerdict expected = image.Manifest.ExpectedOn(release);
        Assert.That(image.Manifest.Judge(lines), Is.EqualTo(expected), $"{CrashReport.Format(first)}\n{console}");
        if (expected == GuestVerdict.Works && release == ReleaseCatalog.DefaultName)
        {
            Assert.That(image.Manifest.FirstMissingLine(lines), Is.Null, console);
            Assert.That(first.Outcome, Is.EqualTo(RunOutcome.PowerOff), CrashReport.Format(first));
        }

        foreach (Tier tier in EngineRun.Tiers.Skip(1))
        {
            (RunResult result, string text) = EngineRun.Run(image, release, tier);
            Assert.That(text, Is.EqualTo(console), tier.ToString());
            Assert.That(result.Outcome, Is.EqualTo(first.Outcome), tier.ToString());
            Assert.That(result.Counters.Instructions, Is.EqualTo(first.Counters.Instructions), tier.ToString());
        }
    }
}
