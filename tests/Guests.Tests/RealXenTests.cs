using NUnit.Framework;
using Rebound.GuestImages;

namespace Rebound.Guests.Tests;

/// <summary>
/// Every guest image on real Xen 4.17, against the transcript that is stored with it. The images are built so that nothing they
/// print depends on being dom0 or domU: there is no difference to name, and any that appears is a failure
/// (docs/guests-verification.md says what could differ and how it is kept out).
/// </summary>
[TestFixture]
[Category("RealXen")]
internal sealed class RealXenTests
{
    private const string Release = "xen-4.17";

    private static readonly Lazy<IReadOnlyDictionary<string, IReadOnlyList<string>>> DomU =
        new(() => RealXenRunner.RunAsDomU(RealXenRunner.DomU!, GuestImageCatalog.All));

    private static IEnumerable<string> Names => GuestImageCatalog.All.Select(image => image.Name);

    [TestCaseSource(nameof(Names))]
    public void Prints_its_stored_transcript(string name)
    {
        if (RealXenRunner.Dom0 is not { } runner)
        {
            Assert.Ignore("REBOUND_XEN_RUNNER names no program that boots a kernel on real Xen");
            return;
        }

        GuestImage image = GuestImageCatalog.Find(name)!;
        Assert.That(RealXenRunner.RunAsDom0(runner, image), Is.EqualTo(image.TranscriptOf(Release)), "as dom0");
        if (RealXenRunner.DomU is not null) Assert.That(DomU.Value[name], Is.EqualTo(image.TranscriptOf(Release)), "as domU");
    }
}
