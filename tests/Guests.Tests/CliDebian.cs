using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>Debian's kernels as their packages have them, unpacked by './build.sh test' into artifacts/test-data/NAME.</summary>
internal static partial class CliDebian
{
    private const string Packages = "linux-image-cloud-amd64 and linux-image-amd64";

    /// <summary>linux-image-cloud-amd64, compressed with LZ4, and linux-image-amd64, compressed with XZ.</summary>
    public static IReadOnlyList<string> Kernels { get; } = ["cloud", "amd64"];

    /// <summary>The bzImage of a kernel in <see cref="Kernels"/>; without it the test is skipped, with the reason.</summary>
    public static string RequireKernel(string name)
    {
        string boot = Path.Combine(RequireFolder(name), "boot");
        string? image = Directory.Exists(boot) ? Directory.EnumerateFiles(boot, "vmlinuz-*").Order(StringComparer.Ordinal).FirstOrDefault() : null;
        if (image is null) Assert.Ignore($"there is no kernel in {boot}; './build.sh test' fetches Debian's packages {Packages}");
        return image!;
    }

    /// <summary>What the kernel's package contains: boot, lib/modules.</summary>
    public static string RequireFolder(string name)
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Engine.sln"))) root = root.Parent;
        if (root is null) Assert.Ignore("the tests do not run inside the repository, where the packages of Debian's kernels would be");
        string folder = Path.Combine(root!.FullName, "artifacts", "test-data", name);
        if (!Directory.Exists(folder)) Assert.Ignore($"there is no {folder}; './build.sh test' fetches Debian's packages {Packages}");
        return folder;
    }

    /// <summary>
    /// A ramdisk of Debian's programs, made by Debian/root-file-system.sh, and the folder it was made from; its first process runs the script that
    /// the command line names, for example <c>run=programs</c>.
    /// </summary>
    public static (string Archive, string Folder) RequireRootFileSystem()
    {
        string folder = RequireFolder("debian");
        string archive = Path.Combine(folder, "root.cpio");
        if (!File.Exists(archive)) Assert.Ignore($"there is no {archive}; './build.sh test' makes it of Debian's packages");
        return (archive, Path.Combine(folder, "root"));
    }

    /// <summary>The static busybox of Debian's package busybox-static.</summary>
    public static byte[] RequireBusybox()
    {
        string? path = new[] { "/bin/busybox", "/usr/bin/busybox" }.FirstOrDefault(File.Exists);
        if (path is null) Assert.Ignore("there is no busybox here; Debian's package busybox-static has it");
        return File.ReadAllBytes(path!);
    }

    /// <summary>A ramdisk with busybox and this script as its first process. The script ends the machine with 'poweroff -f'. Folders of further files are to be among its own: bin, dev, proc, sys, tmp, mnt.</summary>
    public static byte[] Ramdisk(string script, params (string Path, byte[] Content)[] files)
    {
        var archive = new CpioArchive();
        foreach (string folder in (string[])["bin", "dev", "proc", "sys", "tmp", "mnt"]) archive.AddDirectory(folder);
        archive.AddCharacterDevice("dev/console", major: 5, minor: 1);
        archive.AddFile("bin/busybox", RequireBusybox(), executable: true);
        archive.AddLink("bin/sh", "busybox");
        foreach ((string path, byte[] content) in files) archive.AddFile(path, content);
        archive.AddFile("init", System.Text.Encoding.ASCII.GetBytes($"#!/bin/sh\n{script}\n"), executable: true);
        return archive.ToArray();
    }

    /// <summary>What a kernel's log must not have.</summary>
    [GeneratedRegex(@"WARNING:.*|BUG[: ].*|Oops.*|Call Trace:|Kernel panic.*|general protection.*")]
    public static partial Regex Trouble();
}
