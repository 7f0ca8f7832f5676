using System.Diagnostics;
using NUnit.Framework;
using Rebound.GuestImages;

namespace Rebound.Guests.Tests;

/// <summary>
/// Boots guest images on real Xen with programs that the environment names. <c>REBOUND_XEN_RUNNER</c> runs a kernel as dom0:
/// it takes the kernel's file and the options --cmdline, --mem (MiB) and --timeout (seconds), prints the guest's console and
/// exits 0 if the guest powered off. <c>REBOUND_XEN_DOMU_RUNNER</c>, if set, runs kernels as domU: it takes "FILE@COMMAND LINE"
/// arguments and --mem, and prints each console between a line "==== N name" and a line "==== N end: halted".
/// </summary>
internal static class RealXenRunner
{
    // a first run may have to fetch an emulator and a hypervisor
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private const int GuestSeconds = 120;

    public static string? Dom0 => Named("REBOUND_XEN_RUNNER");

    public static string? DomU => Named("REBOUND_XEN_DOMU_RUNNER");

    /// <summary>The console of one image as dom0, line by line.</summary>
    public static IReadOnlyList<string> RunAsDom0(string runner, GuestImage image)
    {
        using var folder = new TemporaryFolder();
        (int exitCode, string output, string errors) = Run(runner, [folder.Write(image), "--cmdline", image.Manifest.CommandLine,
            "--mem", $"{image.Manifest.Memory}", "--timeout", $"{GuestSeconds}"]);
        Assert.That(exitCode, Is.Zero, $"{image.Name} did not power off as dom0: {errors}{output}");
        return Lines(output);
    }

    /// <summary>The consoles of all images as domU, by name, from one boot of Xen.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> RunAsDomU(string runner, IReadOnlyList<GuestImage> images)
    {
        using var folder = new TemporaryFolder();
        int memory = images.Max(image => image.Manifest.Memory);
        (_, string output, string errors) = Run(runner, ["--mem", $"{memory}", "--limit", $"{GuestSeconds}",
            .. images.Select(image => $"{folder.Write(image)}@{image.Manifest.CommandLine}")]);
        string[] lines = Lines(output);
        var consoles = new Dictionary<string, IReadOnlyList<string>>();
        foreach ((int index, GuestImage image) in images.Index())
        {
            int from = Array.FindIndex(lines, line => line.StartsWith($"==== {index + 1} {image.Name}", StringComparison.Ordinal));
            int to = Array.IndexOf(lines, $"==== {index + 1} end: halted");
            Assert.That(from >= 0 && to > from, $"{image.Name} did not power off as domU: {errors}{output}");
            consoles[image.Name] = Lines(string.Join('\n', lines[(from + 1)..to]));
        }

        return consoles;
    }

    private static string? Named(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path ? path : null;

    private static string[] Lines(string console) => console.ReplaceLineEndings("\n").TrimEnd().Split('\n');

    private static (int ExitCode, string Output, string Errors) Run(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} has not ended after {Patience}");
        }

        return (process.ExitCode, output.Result, errors.Result);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rebound-");

        public string Write(GuestImage image)
        {
            string file = Path.Combine(_folder.FullName, image.Name);
            File.WriteAllBytes(file, image.Build());
            return file;
        }

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
