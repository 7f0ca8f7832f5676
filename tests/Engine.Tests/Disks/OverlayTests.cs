using System.Buffers.Binary;
using NUnit.Framework;
using Rebound.Engine.Disks;

namespace Rebound.Engine.Tests.Disks;

/// <summary>Overlays against a model: an array that is written in the same places.</summary>
[TestFixture]
public sealed class OverlayTests
{
    private const int HeaderSize = 4096;

    private ScratchFolder _files = null!;

    [SetUp]
    public void SetUp() => _files = new ScratchFolder();

    [TearDown]
    public void TearDown() => _files.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public void Random_writes_are_read_back_and_the_image_stays(bool kept)
    {
        const int sectors = 3000;
        string image = _files.NewImage("a", sectors * 512);
        byte[] original = File.ReadAllBytes(image);
        byte[] model = [.. original];
        var random = new Random(7);
        using (IDisk disk = DiskImage.Open(new DiskOptions(image, OverlayPath: kept ? _files["over"] : null)))
        {
            for (int i = 0; i < 2000; i++)
            {
                int sector = random.Next(sectors);
                int count = random.Next(1, Math.Min(200, sectors - sector) + 1);
                byte[] bytes = new byte[count * 512];
                if (random.Next(3) == 0)
                {
                    random.NextBytes(bytes);
                    disk.Write((ulong)sector, bytes);
                    bytes.CopyTo(model, sector * 512);
                }
                else
                {
                    disk.Read((ulong)sector, bytes);
                    Assert.That(bytes.AsSpan().SequenceEqual(model.AsSpan(sector * 512, bytes.Length)), $"operation {i}");
                }
            }
        }

        Assert.That(File.ReadAllBytes(image), Is.EqualTo(original));
    }

    /// <summary>Three pages of the map, the middle one set as a whole; a disk of holes takes no space.</summary>
    [Test]
    public void A_large_disk_keeps_its_map_in_pages()
    {
        const ulong sectors = 3 * 32768;
        string image = _files["large"];
        using (FileStream file = File.Create(image))
            file.SetLength((long)sectors * 512);
        byte[] chunk = new byte[1 << 20];
        Array.Fill(chunk, (byte)0xa5);
        var options = new DiskOptions(image, OverlayPath: _files["over"]);
        using (IDisk disk = DiskImage.Open(options))
        {
            for (ulong sector = 32768 - 2048; sector < (2 * 32768) + 2048; sector += 2048)
                disk.Write(sector, chunk);
            disk.Write(sectors - 1, chunk.AsSpan(0, 512));
            disk.Flush();
        }

        using IDisk again = DiskImage.Open(options);
        byte[] read = new byte[(int)sectors * 512];
        again.Read(0, read);
        Assert.That(read.AsSpan(0, (32768 - 2048) * 512).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        Assert.That(read.AsSpan((32768 - 2048) * 512, (32768 + 4096) * 512).IndexOfAnyExcept((byte)0xa5), Is.EqualTo(-1));
        Assert.That(read.AsSpan(((2 * 32768) + 2048) * 512)[..^512].IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
        Assert.That(read.AsSpan()[^512..].IndexOfAnyExcept((byte)0xa5), Is.EqualTo(-1));
    }

    /// <summary>The file as it lies there while the disk is still open is what a killed process leaves.</summary>
    [Test]
    public void What_was_flushed_outlives_the_process()
    {
        string image = _files.NewImage("a", 64 * 512);
        byte[] expected = File.ReadAllBytes(image);
        byte[] flushed = Filled(4, 0x11), later = Filled(2, 0x22);
        flushed.CopyTo(expected, 10 * 512);
        using (IDisk disk = DiskImage.Open(new DiskOptions(image, OverlayPath: _files["over"])))
        {
            disk.Write(10, flushed);
            disk.Flush();
            disk.Write(30, later);
            CopyLocked(_files["over"], _files["left"]);
        }

        using IDisk again = DiskImage.Open(new DiskOptions(image, OverlayPath: _files["left"]));
        byte[] read = new byte[64 * 512];
        again.Read(0, read);
        Assert.That(read, Is.EqualTo(expected), "the write without a flush is not named by the map, and the image shows");
    }

    /// <summary>Whatever part of the unflushed writes is there: a sector is the image's or the one written.</summary>
    [Test]
    public void A_sector_is_old_or_new_after_a_kill()
    {
        string image = _files.NewImage("a", 64 * 512);
        var options = new DiskOptions(image, OverlayPath: _files["over"]);
        using (IDisk disk = DiskImage.Open(options))
        {
            disk.Write(0, Filled(8, 0x11));
            disk.Flush();
            disk.Write(4, Filled(8, 0x22));
            CopyLocked(_files["over"], _files["left"]);
        }

        using IDisk again = DiskImage.Open(options with { OverlayPath = _files["left"] });
        byte[] read = new byte[64 * 512];
        again.Read(0, read);
        Assert.Multiple(() =>
        {
            Assert.That(read.AsSpan(0, 4 * 512).IndexOfAnyExcept((byte)0x11), Is.EqualTo(-1), "flushed and left alone");
            Assert.That(read.AsSpan(4 * 512, 4 * 512).IndexOfAnyExcept((byte)0x22), Is.EqualTo(-1), "flushed, then written in place");
            Assert.That(read.AsSpan(8 * 512).SequenceEqual(File.ReadAllBytes(image).AsSpan(8 * 512)), "never flushed: the image's");
        });
    }

    [Test]
    public void A_temporary_overlay_leaves_nothing()
    {
        string image = _files.NewImage("a", 4096);
        string[] before = Overlays();
        using (IDisk disk = DiskImage.Open(new DiskOptions(image)))
        {
            disk.Write(0, Filled(8, 1));
            disk.Flush();
            if (!OperatingSystem.IsWindows())
                Assert.That(Overlays(), Is.SubsetOf(before), "it has no name even while it is used");
        }

        Assert.That(Overlays(), Is.SubsetOf(before));
    }

    [Test]
    public void An_overlay_belongs_to_an_image_of_its_length()
    {
        Make(_files.NewImage("a", 4096));
        Refused(_files.NewImage("b", 8192), "8 sectors");
    }

    [Test]
    public void An_overlay_of_an_image_that_has_changed_is_refused()
    {
        string image = _files.NewImage("a", 4096);
        Make(image);
        File.SetLastWriteTimeUtc(image, new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        Refused(image, "has changed");
    }

    [TestCase(0, TestName = "Another_name_is_no_overlay")]
    [TestCase(16, TestName = "Another_version_is_no_overlay")]
    [TestCase(20, TestName = "Another_sector_size_is_no_overlay")]
    public void Other_files_are_left_alone(int change)
    {
        string image = _files.NewImage("a", 4096);
        Make(image);
        byte[] bytes = File.ReadAllBytes(_files["over"]);
        bytes[change] ^= 0x40;
        File.WriteAllBytes(_files["over"], bytes);
        Refused(image, "is not an overlay");
        Assert.That(File.ReadAllBytes(_files["over"]), Is.EqualTo(bytes));
    }

    /// <summary>The format as it is written down.</summary>
    [Test]
    public void The_file_is_as_documented()
    {
        string image = _files.NewImage("a", 40 * 512);
        using (IDisk disk = DiskImage.Open(new DiskOptions(image, OverlayPath: _files["over"])))
        {
            disk.Write(9, Filled(3, 0x77));
            disk.Flush();
        }

        byte[] file = File.ReadAllBytes(_files["over"]);
        Assert.Multiple(() =>
        {
            Assert.That(file.AsSpan(0, 16).SequenceEqual("REBOUND OVERLAY\n"u8));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(16)), Is.EqualTo(1));
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(20)), Is.EqualTo(512));
            Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(24)), Is.EqualTo(40));
            Assert.That(BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(32)), Is.EqualTo(File.GetLastWriteTimeUtc(image).Ticks));
            Assert.That(BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(HeaderSize)), Is.EqualTo(0b1110_0000_0000UL));
            Assert.That(file.AsSpan(HeaderSize + 4096 + (9 * 512), 3 * 512).IndexOfAnyExcept((byte)0x77), Is.EqualTo(-1));
        });
    }

    private static byte[] Filled(int sectors, byte value) => [.. Enumerable.Repeat(value, sectors * 512)];

    private static string[] Overlays() => Directory.GetFiles(Path.GetTempPath(), "rebound-*.overlay");

    /// <summary>Copies a file that this process holds locked: a lock of the host's hinders only who asks for one.</summary>
    private static void CopyLocked(string from, string to)
    {
        if (OperatingSystem.IsWindows())
            Assert.Ignore("Windows lets nobody read a locked file");
        using var copy = System.Diagnostics.Process.Start("cp", [from, to]);
        copy.WaitForExit();
        Assert.That(copy.ExitCode, Is.Zero);
    }

    private void Make(string image)
    {
        using IDisk disk = DiskImage.Open(new DiskOptions(image, OverlayPath: _files["over"]));
        disk.Write(1, Filled(1, 1));
        disk.Flush();
    }

    private void Refused(string image, string why) =>
        Assert.That(
            () => DiskImage.Open(new DiskOptions(image, OverlayPath: _files["over"])).Dispose(),
            Throws.TypeOf<DiskException>().With.Message.Contains(why));
}
