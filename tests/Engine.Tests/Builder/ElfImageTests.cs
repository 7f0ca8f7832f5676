using NUnit.Framework;
using Rebound.Engine.Xen.Builder;

namespace Rebound.Engine.Tests.Builder;

[TestFixture]
public class ElfImageTests
{
    private const int MemorySizeField = 40;
    private const int FileSizeField = 32;
    private const int PhysicalField = 24;

    [Test]
    public void A_valid_image_parses()
    {
        ElfImage image = ElfImage.Parse(TestImages.Hello);
        Assert.Multiple(() =>
        {
            Assert.That(image.Segments, Is.Not.Empty);
            Assert.That(image.NoteSegments, Is.Not.Empty);
            Assert.That(image.PhysicalEnd, Is.GreaterThan(image.PhysicalStart));
        });
    }

    [Test]
    public void Notes_say_what_the_image_was_built_with()
    {
        GuestNotes notes = GuestNotesReader.Read(ElfImage.Parse(TestImages.Hello));
        Assert.Multiple(() =>
        {
            Assert.That(notes.Legacy, Is.False);
            Assert.That(notes.VirtualBase, Is.EqualTo(0xffffffff80000000));
            Assert.That(notes.Entry, Is.Not.Null);
            Assert.That(notes.HypercallPage, Is.Not.Null);
            Assert.That(notes.Loader, Is.EqualTo("generic"));
        });
    }

    [Test]
    public void The_legacy_section_is_read_when_there_are_no_notes()
    {
        GuestNotes notes = GuestNotesReader.Read(ElfImage.Parse(TestImages.HelloLegacy));
        Assert.Multiple(() =>
        {
            Assert.That(notes.Legacy, Is.True);
            Assert.That(notes.VirtualBase, Is.EqualTo(0xffffffff80000000));
            Assert.That(notes.XenVersion, Does.StartWith("xen-3.0"));
        });
    }

    [TestCase(0, 4, 0x464c457eUL, "not an ELF file")]
    [TestCase(4, 1, 1UL, "32-bit")]
    [TestCase(4, 1, 7UL, "class 7")]
    [TestCase(5, 1, 2UL, "big-endian")]
    [TestCase(16, 2, 1UL, "not an executable")]
    [TestCase(18, 2, 3UL, "machine 3")]
    [TestCase(32, 8, ulong.MaxValue, "truncated")]
    [TestCase(54, 2, 32UL, "32 bytes")]
    [TestCase(56, 2, 0UL, "without program headers")]
    [TestCase(56, 2, 0xffffUL, "truncated")]
    public void A_bad_header_is_named(int offset, int size, ulong value, string message) =>
        AssertRefused(TestImages.With(TestImages.Hello, offset, size, value), message);

    [Test]
    public void An_empty_file_is_refused() => AssertRefused([], "empty");

    [Test]
    public void Every_truncation_is_refused_or_harmless()
    {
        for (int length = 0; length < TestImages.Hello.Length; length += length < 512 ? 1 : 97)
            Assert.That(Refusal(TestImages.Hello[..length]), Is.Not.Null, $"{length} bytes");
    }

    [Test]
    public void A_segment_larger_in_the_file_than_in_memory_is_refused()
    {
        int header = TestImages.ProgramHeaderOfType(TestImages.Hello, 1);
        AssertRefused(TestImages.With(TestImages.Hello, header + MemorySizeField, 8, 1), "more bytes in the file");
    }

    [Test]
    public void A_segment_beyond_the_file_is_refused()
    {
        int header = TestImages.ProgramHeaderOfType(TestImages.Hello, 1);
        byte[] image = TestImages.With(TestImages.Hello, header + FileSizeField, 8, 1UL << 30);
        AssertRefused(TestImages.With(image, header + MemorySizeField, 8, 1UL << 30), "truncated");
    }

    [TestCase(ulong.MaxValue)]
    [TestCase(1UL << 50)]
    public void A_huge_segment_is_refused(ulong size)
    {
        int header = TestImages.ProgramHeaderOfType(TestImages.Hello, 1);
        AssertRefused(TestImages.With(TestImages.Hello, header + MemorySizeField, 8, size), "too large");
    }

    [Test]
    public void A_segment_that_wraps_is_refused()
    {
        int header = TestImages.ProgramHeaderOfType(TestImages.Hello, 1);
        AssertRefused(TestImages.With(TestImages.Hello, header + PhysicalField, 8, ulong.MaxValue - 5), "wraps");
    }

    [Test]
    public void An_image_without_a_word_for_Xen_is_refused()
    {
        int header = TestImages.ProgramHeaderOfType(TestImages.Hello, 4);
        byte[] image = TestImages.With(TestImages.Hello, header, 4, 0x6474e551);
        AssertRefused(TestImages.With(image, 60, 2, 0), "no Xen note");
    }

    /// <summary>Thousands of images with a few bytes changed: each is planned or refused, nothing else.</summary>
    [TestCase(1)]
    [TestCase(2)]
    public void Mutated_images_never_get_through_to_an_unexpected_error(int seed)
    {
        var random = new Random(seed);
        int refused = 0;
        byte[] original = seed % 2 == 0 ? TestImages.Hello : TestImages.HelloLegacy;
        int interesting = Math.Min(original.Length, 1024);
        for (int run = 0; run < 20_000; run++)
        {
            byte[] image = [.. original];
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                // Headers are where the decisions are: mostly those, at times anything.
                int at = random.Next(4) == 0 ? random.Next(image.Length) : random.Next(interesting);
                image[at] = (byte)(random.Next(3) switch { 0 => 0xff, 1 => random.Next(256), _ => image[at] ^ (1 << random.Next(8)) });
            }

            if (random.Next(10) == 0)
                image = image[..random.Next(image.Length)];
            if (Refusal(image) is not null)
                refused++;
        }

        Assert.That(refused, Is.InRange(1_000, 19_999), "the mutations must hit something and leave something");
    }

    private static void AssertRefused(byte[] image, string message) => Assert.That(Refusal(image), Does.Contain(message));

    /// <summary>The message with which an image is refused on its way to a plan, or null. Any other exception fails the test.</summary>
    private static string? Refusal(byte[] bytes)
    {
        try
        {
            ElfImage image = ElfImage.Parse(bytes);
            DomainPlan plan = DomainPlanner.Plan(image, GuestNotesReader.Read(image), new DomainPlanOptions { Pages = 8192 });
            Assert.That(plan.Kernel.End.Number, Is.LessThanOrEqualTo(plan.Pages));
            return null;
        }
        catch (GuestImageException refusal)
        {
            Assert.That(refusal.Message, Does.Not.Contain('\n').And.Not.Empty);
            return refusal.Message;
        }
    }
}
