using System.Collections.Concurrent;
using System.Diagnostics;
using NUnit.Framework;

namespace Rebound.User.Tests.Programs;

/// <summary>Builds the C programs of tests/user-programs with gcc, each combination of source and flags once in a run.</summary>
internal static class Compiler
{
    private static readonly ConcurrentDictionary<string, Lazy<string>> Built = new();

    /// <param name="source">File name without ".c".</param>
    /// <param name="flags">Everything that gcc is told, libraries included; "-static" or "-static-pie" among it.</param>
    /// <returns>Path of the program.</returns>
    public static string Build(string source, string flags)
    {
        string gcc = Requirement.File("gcc", "/usr/bin/gcc", "/usr/local/bin/gcc");
        Requirement.File("libc6-dev", "/usr/lib/x86_64-linux-gnu/libc.a", "/usr/lib64/libc.a", "/usr/lib/libc.a");
        return Built.GetOrAdd($"{source} {flags}", _ => new Lazy<string>(() => Compile(gcc, source, flags))).Value;
    }

    private static string Compile(string gcc, string source, string flags)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "user-programs");
        Directory.CreateDirectory(folder);
        string program = Path.Combine(folder, $"{source}-{Built.Keys.ToList().IndexOf($"{source} {flags}")}-{Guid.NewGuid():N}");
        string[] words = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        ProcessStartInfo start = new(gcc) { RedirectStandardError = true };
        string[] arguments =
        [
            "-std=gnu11", "-Wall", "-Wextra", .. words.Where(word => !word.StartsWith("-l", StringComparison.Ordinal)), "-o", program,
            Path.Combine(SourceFolder(), source + ".c"), .. words.Where(word => word.StartsWith("-l", StringComparison.Ordinal)),
        ];
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"gcc failed on {source}.c with {flags}:\n{errors}");
        return program;
    }

    private static string SourceFolder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "tests", "user-programs");
            if (Directory.Exists(candidate))
                return candidate;
        }

        throw new InvalidOperationException($"no tests/user-programs above {AppContext.BaseDirectory}");
    }
}
