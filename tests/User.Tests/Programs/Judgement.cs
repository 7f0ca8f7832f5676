using System.Collections.Concurrent;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Rebound.User.Tests.Bench;

namespace Rebound.User.Tests.Programs;

/// <summary>One way to start a program. The judge is the host: the same file, arguments, input and folder natively.</summary>
/// <param name="Program">Path of a static x86-64 program.</param>
/// <param name="Arguments">argv, name included.</param>
internal sealed record Judgement(string Program, params string[] Arguments)
{
    /// <summary>No program here takes more; one that does runs in circles.</summary>
    private const long Limit = 2_000_000_000;

    private static readonly ConcurrentDictionary<string, Lazy<Outcome>> Native = new();

    public byte[] Input { get; init; } = [];

    /// <summary>Files in the working directory: name and contents.</summary>
    public IReadOnlyDictionary<string, byte[]> Files { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>True: the time stands in a file that the program leaves, so that only the names of files are compared.</summary>
    public bool FilesHoldTime { get; init; }

    /// <summary>Runs the program on the engine and compares output, exit status and the files it leaves with the native run.</summary>
    public void Compare(Tier tier, CpuModel model)
    {
        if (!OperatingSystem.IsLinux() || System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
            != System.Runtime.InteropServices.Architecture.X64)
            Requirement.Missing("the judge needs an x86-64 Linux host");
        Outcome expected = Native.GetOrAdd($"{Program} {string.Join(' ', Arguments)} {model.Name}", _ => new Lazy<Outcome>(() => RunNatively(model))).Value;
        using ScratchFolder folder = new(Files);
        using UserProcess process = new(Start(folder, model), new ExecutionOptions { Tier = tier, ExactNaNs = true }, model);
        ProgramResult result = process.Run(Limit);
        string message = $"{string.Join(' ', Arguments)} in tier {tier} as {model.Name}\nhost: {expected.Result}\nengine: {result}";
        TestContext.Out.WriteLine($"{process.Context.Retired} instructions, {process.Statistics.InstructionsInterpreted} of them interpreted");
        Assert.Multiple(() =>
        {
            Assert.That(result.Output, Is.EqualTo(expected.Result.Output), message);
            Assert.That(result.Errors, Is.EqualTo(expected.Result.Errors), message);
            Assert.That(result.Status, Is.EqualTo(expected.Result.Status), message);
            SortedDictionary<string, byte[]> files = folder.Files();
            Assert.That(files.Keys, Is.EqualTo(expected.Files.Keys), message);
            if (!FilesHoldTime)
                Assert.That(files.Values, Is.EqualTo(expected.Files.Values), $"files: {message}");
        });
    }

    private Outcome RunNatively(CpuModel model)
    {
        using ScratchFolder folder = new(Files);
        return new Outcome(NativeRun.Of(Start(folder, model)), folder.Files());
    }

    private ProgramStart Start(ScratchFolder folder, CpuModel model) => new(Program, Arguments, folder.Path)
    {
        Input = Input,
        Environment = new()
        {
            ["LC_ALL"] = "C",
            ["TZ"] = "UTC",
            // The C library chooses its functions by what the processor has, and those with FMA round otherwise: let it choose alike.
            ["GLIBC_TUNABLES"] = model.Has(CpuFeatures.Fma) ? "glibc.cpu.hwcaps=-AVX512F" : "glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX,-AVX512F",
        },
    };

    private sealed record Outcome(ProgramResult Result, SortedDictionary<string, byte[]> Files);
}
