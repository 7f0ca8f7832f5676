using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Rebound.GuestImages;

namespace Rebound.Guests.Tests;

[TestFixture]
internal sealed class GuestImageTests
{
    private static IEnumerable<string> Names => GuestImageCatalog.All.Select(image => image.Name);

    [Test]
    public void The_catalog_has_the_images_of_the_demonstration()
    {
        Assert.That(Names, Is.SupersetOf(new[] { "hello", "hello-legacy", "syscall-frame", "traps" }));
        Assert.That(GuestImageCatalog.All.Where(image => image.Manifest.Abi).Select(image => image.Name),
            Is.EquivalentTo(new[] { "solaris-2007", "solaris-fixed", "linux-like" }));
        Assert.That(GuestImageCatalog.Find("no-such-image"), Is.Null);
    }

    [TestCaseSource(nameof(Names))]
    public void Building_gives_the_same_bytes_every_time(string name)
    {
        GuestImage image = GuestImageCatalog.Find(name)!;
        byte[] first = image.Build();
        Assert.That(image.Build(), Is.EqualTo(first));
    }

    [TestCaseSource(nameof(Names))]
    public void An_image_is_an_ELF64_kernel_whose_entry_is_in_a_load_segment(string name)
    {
        const int programHeaderSize = 56, loadSegment = 1;
        byte[] file = GuestImageCatalog.Find(name)!.Build();
        ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(0x18));
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(0x20));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(0x38));
        bool found = false;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = file.AsSpan(table + i * programHeaderSize, programHeaderSize);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) != loadSegment) continue;
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
            found |= entry >= address && entry < address + BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        }

        Assert.That(file.Take(5), Is.EqualTo(new byte[] { 0x7f, (byte)'E', (byte)'L', (byte)'F', 2 }));
        Assert.That(found, $"entry {entry:x}");
    }

    [Test]
    public void Only_the_legacy_image_tells_its_needs_in_a_guest_section()
    {
        foreach (GuestImage image in GuestImageCatalog.All)
        {
            string text = Encoding.Latin1.GetString(image.Build());
            bool legacy = image.Name == "hello-legacy";
            Assert.That(text.Contains("__xen_guest\0", StringComparison.Ordinal), Is.EqualTo(legacy), image.Name);
            Assert.That(text.Contains("XEN_VER=xen-3.0", StringComparison.Ordinal), Is.EqualTo(legacy), image.Name);
        }
    }

    [TestCaseSource(nameof(Names))]
    public void The_manifest_agrees_with_what_real_Xen_printed(string name)
    {
        GuestImage image = GuestImageCatalog.Find(name)!;
        IReadOnlyList<string>? transcript = image.TranscriptOf("xen-4.17");
        Assert.That(transcript, Is.Not.Null);
        Assert.That(image.Manifest.FirstMissingLine(transcript!), Is.Null);
        Assert.That(image.Manifest.Judge(transcript!), Is.EqualTo(image.Manifest.ExpectedOn("xen-4.17")));
    }

    [Test]
    public void Only_what_takes_the_r11_word_for_flags_breaks_on_3_1_1()
    {
        IEnumerable<string> broken = GuestImageCatalog.All
            .Where(image => image.Manifest.ExpectedOn("xen-3.1.1") == GuestVerdict.Breaks).Select(image => image.Name);
        Assert.That(broken, Is.EquivalentTo(new[] { "solaris-2007", "syscall-frame" }));
    }

    [Test]
    public void A_manifest_of_another_image_is_refused()
    {
        GuestImage hello = GuestImageCatalog.Find("hello")!;
        GuestManifest other = GuestImageCatalog.Find("traps")!.Manifest;
        Assert.That(() => hello.WithManifest(other), Throws.TypeOf<GuestManifestException>().With.Message.Contains("'name'"));
        Assert.That(hello.WithManifest(hello.Manifest with { Memory = 64 }).Manifest.Memory, Is.EqualTo(64));
    }
}
