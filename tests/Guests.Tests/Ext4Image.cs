using System.Diagnostics;
using NUnit.Framework;

namespace Rebound.Guests.Tests;

/// <summary>An ext4 file system in a file, made and examined with the host's programs (Debian's package e2fsprogs).</summary>
internal sealed class Ext4Image
{
    private Ext4Image(string path) => Path = path;

    public string Path { get; }

    /// <summary>Makes a file system; without the programs the test is skipped, with the reason.</summary>
    /// <param name="path">The image.</param>
    /// <param name="mebibytes">Its size.</param>
    /// <param name="folder">What is in it.</param>
    public static Ext4Image Make(string path, int mebibytes, string folder)
    {
        (int exitCode, string said) = Run("mke2fs", "-q", "-F", "-t", "ext4", "-d", folder, path, $"{mebibytes}M");
        Assert.That(exitCode, Is.Zero, said);
        return new Ext4Image(path);
    }

    /// <summary>Fails the test unless the file system is in order as it is.</summary>
    public void AssertClean()
    {
        (int exitCode, string said) = Run("e2fsck", "-f", "-n", Path);
        Assert.That(exitCode, Is.Zero, said);
    }

    /// <summary>Plays the journal back, as a mount after a power failure does; fails the test if that was not all it took.</summary>
    /// <returns>What e2fsck said.</returns>
    public string Recover()
    {
        (int exitCode, string said) = Run("e2fsck", "-p", Path);
        Assert.That(exitCode, Is.LessThanOrEqualTo(1), said);
        return said;
    }

    /// <summary>The contents of a file in it.</summary>
    /// <param name="name">The file's path in the image.</param>
    /// <param name="scratch">A host file that may be overwritten.</param>
    public byte[] Read(string name, string scratch)
    {
        (int exitCode, string said) = Run("debugfs", "-R", $"dump {name} {scratch}", Path);
        Assert.That(exitCode, Is.Zero, said);
        return File.ReadAllBytes(scratch);
    }

    private static (int ExitCode, string Said) Run(string program, params string[] arguments)
    {
        string? path = new[] { "/usr/sbin/", "/sbin/" }.Select(folder => folder + program).FirstOrDefault(File.Exists);
        if (path is null) Assert.Ignore($"there is no {program} here; Debian's package e2fsprogs has it");
        using Process process = Process.Start(new ProcessStartInfo(path!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, $"{program}: exit code {process.ExitCode}\n{output}{error.Result}");
    }
}
