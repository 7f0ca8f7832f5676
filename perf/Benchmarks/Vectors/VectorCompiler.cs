using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Rebound.Benchmarks.Vectors;

/// <summary>Builds the functions of perf/programs with gcc into plain bytes that run wherever they lie.</summary>
public static class VectorCompiler
{
    private static readonly string[] Common =
    [
        "-std=gnu11", "-O3", "-Wall", "-Wextra", "-ffreestanding", "-fno-math-errno", "-fPIE", "-fno-stack-protector", "-fno-asynchronous-unwind-tables",
        "-fno-tree-loop-distribute-patterns", "-nostdlib", "-static", "-Wl,--build-id=none", "-Wl,--oformat=binary",
    ];

    /// <summary>Why this machine cannot build or run a program natively; null if it can.</summary>
    public static string? Obstacle(VectorProgram program)
    {
        if (!OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
            != System.Runtime.InteropServices.Architecture.X64)
            return "native code is measured on x86-64 Linux only";
        if (Gcc() is null)
            return "gcc is not installed";
        string[] flags = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ');
        string? missing = program.Features.FirstOrDefault(feature => !flags.Contains(feature));
        return missing is null ? null : $"the host's processor has no {missing}";
    }

    /// <summary>The function's bytes, its entry first.</summary>
    /// <exception cref="InvalidOperationException">gcc refuses the source.</exception>
    public static byte[] Build(VectorProgram program)
    {
        string folder = SourceFolder();
        string output = Path.GetTempFileName();
        try
        {
            ProcessStartInfo start = new(Gcc()!) { RedirectStandardError = true };
            string[] own = program.Flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            foreach (string argument in (string[])[.. Common, .. own, $"-Wl,-T,{Path.Combine(folder, "flat.ld")}", "-o", output,
                Path.Combine(folder, program.Source + ".c")])
                start.ArgumentList.Add(argument);
            using Process process = Process.Start(start)!;
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? File.ReadAllBytes(output) : throw new InvalidOperationException($"gcc failed on {program.Source}.c:\n{errors}");
        }
        finally
        {
            File.Delete(output);
        }
    }

    private static string? Gcc() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "gcc"))
        .FirstOrDefault(File.Exists);

    // BenchmarkDotNet runs from a folder of its own; this file knows where the sources were.
    private static string SourceFolder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "programs"));
}
