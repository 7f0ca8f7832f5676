using NUnit.Framework;
using Rebound.Engine.Disks;

namespace Rebound.Engine.Tests.Disks;

[TestFixture]
public sealed class DiskImageTests
{
    private ScratchFolder _files = null!;

    [SetUp]
    public void SetUp() => _files = new ScratchFolder();

    [TearDown]
    public void TearDown() => _files.Dispose();

    [Test]
    public void A_missing_image_is_said_to_be_missing() => Refused(new DiskOptions(_files["none.img"]), "does not exist");

    [Test]
    public void A_folder_is_no_image()
    {
        Directory.CreateDirectory(_files["folder"]);
        Refused(new DiskOptions(_files["folder"]), "is a directory");
    }

    [Test]
    public void An_empty_file_is_no_image() => Refused(new DiskOptions(_files.NewImage("a", 0)), "is empty");

    [TestCase(1)]
    [TestCase(511)]
    [TestCase(1025)]
    public void A_part_of_a_sector_is_refused(int length) => Refused(new DiskOptions(_files.NewImage("a", length)), $"{length} bytes");

    [TestCase(DiskAccess.Overlay)]
    [TestCase(DiskAccess.ReadOnly)]
    [TestCase(DiskAccess.Write)]
    public void What_is_being_written_is_used_once(DiskAccess other)
    {
        string image = _files.NewImage("a", 4096);
        using IDisk disk = DiskImage.Open(new DiskOptions(image, DiskAccess.Write));
        Refused(new DiskOptions(image, other), "is in use");
    }

    [Test]
    public void What_is_being_read_is_not_written()
    {
        string image = _files.NewImage("a", 4096);
        using IDisk disk = DiskImage.Open(new DiskOptions(image));
        Refused(new DiskOptions(image, DiskAccess.Write), "is in use");
    }

    [Test]
    public void Several_overlays_share_an_image()
    {
        string image = _files.NewImage("a", 4096);
        using IDisk one = DiskImage.Open(new DiskOptions(image));
        using IDisk two = DiskImage.Open(new DiskOptions(image));
        byte[] ones = Sectors(1, 0x11), twos = Sectors(1, 0x22), read = new byte[512];
        one.Write(3, ones);
        two.Write(3, twos);
        one.Read(3, read);
        Assert.That(read, Is.EqualTo(ones));
        two.Read(3, read);
        Assert.That(read, Is.EqualTo(twos));
    }

    [Test]
    public void An_overlay_file_is_used_once()
    {
        string image = _files.NewImage("a", 4096);
        var options = new DiskOptions(image, OverlayPath: _files["over"]);
        using IDisk disk = DiskImage.Open(options);
        Refused(options, "is in use");
    }

    [Test]
    public void An_image_is_not_its_own_overlay()
    {
        string image = _files.NewImage("a", 4096);
        byte[] before = File.ReadAllBytes(image);
        Refused(new DiskOptions(image, OverlayPath: image), "is in use");
        Assert.That(File.ReadAllBytes(image), Is.EqualTo(before));
    }

    [Test]
    public void Writing_through_changes_the_image()
    {
        string image = _files.NewImage("a", 8192);
        byte[] expected = File.ReadAllBytes(image);
        byte[] written = Sectors(2, 0x5a);
        written.CopyTo(expected, 7 * 512);
        using (IDisk disk = DiskImage.Open(new DiskOptions(image, DiskAccess.Write)))
        {
            disk.Write(7, written);
            disk.Flush();
            Assert.That(disk.Sectors, Is.EqualTo(16));
        }

        Assert.That(File.ReadAllBytes(image), Is.EqualTo(expected));
    }

    [Test]
    public void Reading_only_reads()
    {
        string image = _files.NewImage("a", 8192);
        using IDisk disk = DiskImage.Open(new DiskOptions(image, DiskAccess.ReadOnly));
        byte[] read = new byte[8192];
        disk.Read(0, read);
        Assert.Multiple(() =>
        {
            Assert.That(disk.IsReadOnly, Is.True);
            Assert.That(disk.CanDiscard, Is.False);
            Assert.That(read, Is.EqualTo(File.ReadAllBytes(image)));
        });
    }

    [TestCase(DiskAccess.Write)]
    [TestCase(DiskAccess.Overlay)]
    public void What_is_discarded_reads_as_zeros(DiskAccess access)
    {
        string image = _files.NewImage("a", 64 * 512);
        byte[] expected = File.ReadAllBytes(image);
        using IDisk disk = DiskImage.Open(new DiskOptions(image, access));
        Assume.That(disk.CanDiscard, "the file system of this folder cannot punch holes");
        disk.Discard(3, 50);
        expected.AsSpan(3 * 512, 50 * 512).Clear();
        byte[] read = new byte[64 * 512];
        disk.Read(0, read);
        Assert.That(read, Is.EqualTo(expected));
    }

    private static byte[] Sectors(int count, byte value) => [.. Enumerable.Repeat(value, count * 512)];

    private static void Refused(DiskOptions options, string why) =>
        Assert.That(() => DiskImage.Open(options).Dispose(), Throws.TypeOf<DiskException>().With.Message.Contains(why).And.Message.Contains(options.OverlayPath ?? options.Path));
}
