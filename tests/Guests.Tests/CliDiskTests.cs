using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>Debian's kernels with ext4 on a disk: what they write is on the host, and survives what happens to the host.</summary>
[TestFixture]
[Category("ThirdParty")]
public sealed partial class CliDiskTests
{
    private const int SeedSize = 10_000_000;

    /// <summary>Loads the modules and mounts xvda.</summary>
    private const string Prelude =
        """
        busybox mount -t proc proc /proc
        busybox mount -t sysfs sys /sys
        busybox mount -t devtmpfs dev /dev
        for module in /tmp/*.ko; do busybox insmod $module; done
        while [ ! -b /dev/xvda ]; do busybox sleep 0.1; done
        busybox mount -t ext4 /dev/xvda /mnt || echo "no mount"

        """;

    private CliFiles _files = null!;
    private Ext4Image _image = null!;
    private byte[] _seed = [];

    /// <summary>Modules of a kernel's package that ext4 on a disk takes, in the order to load them.</summary>
    private static Dictionary<string, string[]> Modules => new()
    {
        ["cloud"] = ["drivers/block/xen-blkfront.ko"],
        ["amd64"] = ["drivers/block/xen-blkfront.ko", "crypto/crc32c_generic.ko", "lib/crc16.ko", "fs/mbcache.ko", "fs/jbd2/jbd2.ko", "fs/ext4/ext4.ko"],
    };

    [SetUp]
    public void SetUp()
    {
        _files = new CliFiles();
        _seed = new byte[SeedSize];
        new Random(1).NextBytes(_seed);
        Directory.CreateDirectory(_files.PathOf("content"));
        _files.Write("content/seed", _seed);
        _image = Ext4Image.Make(_files.PathOf("disk.img"), 320, _files.PathOf("content"));
    }

    [TearDown]
    public void TearDown() => _files.Dispose();

    [TestCase("cloud", 20)]
    [TestCase("amd64", 2)]
    public void What_the_guest_writes_is_in_the_image(string kernel, int copies)
    {
        CliResult result = CliProcess.Run(Arguments(
            kernel,
            $"""
            for i in $(busybox seq {copies}); do busybox cat /mnt/seed; done > /mnt/big
            busybox sync
            busybox umount /mnt
            busybox poweroff -f
            """,
            _image.Path + ",write"));
        Assert.That(result.ExitCode, Is.Zero, result.ToString());
        Assert.That(Trouble().Matches(result.Output), Is.Empty, result.Output);
        _image.AssertClean();
        byte[] big = _image.Read("big", _files.PathOf("scratch"));
        Assert.That(big, Has.Length.EqualTo(copies * SeedSize));
        for (int i = 0; i < copies; i++)
            Assert.That(big.AsSpan(i * SeedSize, SeedSize).SequenceEqual(_seed), $"copy {i}");
    }

    [Test]
    public void Two_runs_are_the_same_and_the_image_stays()
    {
        byte[] before = Hash();
        string[] arguments =
        [
            .. Arguments(
                "cloud",
                """
                for i in $(busybox seq 5); do busybox head -c 3000000 /mnt/seed > /mnt/part$i; busybox sync; done
                busybox rm /mnt/part2
                busybox umount /mnt
                busybox mount -t ext4 /dev/xvda /mnt
                busybox md5sum /mnt/*
                busybox umount /mnt
                busybox dmesg
                busybox poweroff -f
                """,
                _image.Path),
            "--stats",
        ];
        CliResult one = CliProcess.Run(arguments), two = CliProcess.Run(arguments);
        Assert.Multiple(() =>
        {
            Assert.That(one.ExitCode, Is.Zero, one.ToString());
            Assert.That(one.Output, Does.Match("[0-9a-f]{32}  /mnt/part5"));
            Assert.That(two.Output, Is.EqualTo(one.Output));
            Assert.That(Instructions().Match(two.Error).Value, Is.EqualTo(Instructions().Match(one.Error).Value).And.Not.Empty);
            Assert.That(Hash(), Is.EqualTo(before));
        });
    }

    [Test]
    public void A_guest_cannot_write_what_is_read_only()
    {
        byte[] before = Hash();
        CliResult result = CliProcess.Run(Arguments(
            "cloud",
            """
            busybox mount -t ext4 -o ro /dev/xvda /mnt
            busybox cmp /mnt/seed /mnt/seed && echo "it reads"
            busybox dd if=/dev/zero of=/dev/xvda bs=4096 count=1 conv=fsync && echo "it writes"
            busybox poweroff -f
            """,
            _image.Path + ",ro"));
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Does.Contain("it reads").And.Not.Contain("it writes"));
            Assert.That(Hash(), Is.EqualTo(before));
        });
    }

    [Test]
    public void A_killed_host_leaves_a_journal_that_recovers()
    {
        KillWhileWriting(_image.Path + ",write");
        string said = _image.Recover();
        Assert.That(said, Does.Contain("recovering journal"), "the kill came while the file system was mounted");
        _image.AssertClean();
        Assert.That(_image.Read("flushed", _files.PathOf("scratch")).AsSpan().SequenceEqual(_seed));
    }

    [Test]
    public void A_killed_host_leaves_an_overlay_with_what_was_flushed()
    {
        byte[] before = Hash();
        string disk = $"{_image.Path},overlay={_files.PathOf("overlay")}";
        KillWhileWriting(disk);
        CliResult result = CliProcess.Run(Arguments(
            "cloud",
            """
            busybox cmp /mnt/seed /mnt/flushed && echo "it is the same"
            busybox umount /mnt
            busybox poweroff -f
            """,
            disk));
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.ToString());
            Assert.That(result.Output, Does.Contain("EXT4-fs (xvda): recovery complete"));
            Assert.That(result.Output, Does.Contain("it is the same"));
            Assert.That(Trouble().Matches(result.Output), Is.Empty, result.Output);
            Assert.That(Hash(), Is.EqualTo(before));
        });
    }

    [TestCase("@missing.img", "missing.img")]
    [TestCase("@", "directory")]
    [TestCase("@content/none,ro", "content/none")]
    [TestCase("@disk.img,sideways", "sideways")]
    [TestCase("@disk.img,overlay=", "overlay=")]
    [TestCase("@disk.img,overlay=/no/such/folder/overlay", "/no/such/folder")]
    [TestCase("@disk.img,overlay=@content/seed", "not an overlay")]
    [TestCase("@content/seed,write", "10000000 bytes", Description = "no whole number of sectors")]
    public void What_cannot_be_a_disk_is_told_in_one_line(string disk, string named) =>
        Refused(named, disk.Replace("@", _files.Folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    [TestCase(",write", ",write")]
    [TestCase(",write", "")]
    [TestCase(",ro", ",write")]
    public void A_disk_that_is_written_is_used_once(string one, string other) => Refused("in use", _image.Path + one, _image.Path + other);

    [Test]
    public void There_are_no_more_disks_than_names() => Refused("27 disks", [.. Enumerable.Repeat(_image.Path, 27)]);

    private static void Refused(string named, params string[] disks)
    {
        CliResult result = CliProcess.Run(["run", "hello", .. disks.SelectMany(disk => (string[])["--disk", disk])]);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(2), result.ToString());
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.ToString());
            Assert.That(result.Error, Does.StartWith("rebound: ").And.Contain(named));
            Assert.That(result.Output, Is.Empty);
        });
    }

    /// <summary>Runs a guest that writes a file, flushes it, and goes on writing; kills the process while it does.</summary>
    private void KillWhileWriting(string disk)
    {
        using Process process = CliProcess.Start(Arguments(
            "cloud",
            """
            busybox cp /mnt/seed /mnt/flushed
            busybox sync
            echo "it is flushed"
            while true; do
                busybox head -c 2000000 /mnt/seed > /mnt/more
                busybox sync
                echo "and more"
                busybox rm /mnt/more
            done
            """,
            disk));
        process.StandardInput.Close();
        // What it says there is of no interest, but it must not wait for a reader.
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        int more = 0;
        bool flushed = false;
        while (more < 3 && process.StandardOutput.ReadLine() is { } line)
        {
            flushed |= line.StartsWith("it is flushed", StringComparison.Ordinal);
            if (line.StartsWith("and more", StringComparison.Ordinal)) more++;
        }

        process.Kill();
        process.WaitForExit();
        Assert.That((flushed, more), Is.EqualTo((true, 3)), "the guest ended by itself");
    }

    private string[] Arguments(string kernel, string script, string disk)
    {
        string folder = Directory.EnumerateDirectories(Path.Combine(CliDebian.RequireFolder(kernel), "lib", "modules")).Order(StringComparer.Ordinal).First();
        (string, byte[])[] modules =
        [
            .. Modules[kernel].Select((module, index) => ($"tmp/{index}.ko", File.ReadAllBytes(Path.Combine(folder, "kernel", module)))),
        ];
        string ramdisk = _files.Write("initrd", CliDebian.Ramdisk(Prelude + script, modules));
        return ["run", CliDebian.RequireKernel(kernel), "--initrd", ramdisk, "--memory", "512M", "--cmdline", "console=hvc0", "--disk", disk];
    }

    private byte[] Hash()
    {
        using FileStream file = File.OpenRead(_image.Path);
        return SHA256.HashData(file);
    }

    /// <summary>What a kernel's log must not have.</summary>
    [GeneratedRegex(@"WARNING:.*|BUG[: ].*|Oops.*|Call Trace:|Kernel panic.*|I/O error.*|EXT4-fs error.*")]
    private static partial Regex Trouble();

    [GeneratedRegex(@"instructions +[\d,]+")]
    private static partial Regex Instructions();
}
