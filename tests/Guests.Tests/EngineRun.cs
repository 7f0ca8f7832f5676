using System.Text;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;
using Rebound.Jit.Cpu;

namespace Rebound.Guests.Tests;

/// <summary>Runs kernels on the engine and keeps what they print.</summary>
internal static class EngineRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static IReadOnlyList<Tier> Tiers { get; } = [Tier.Interpreter, Tier.Jit, Tier.Auto];

    public static (RunResult Result, string Console) Run(GuestImage image, string release, Tier tier) =>
        Run(image.Build(), image.Manifest.CommandLine, (ulong)image.Manifest.Memory << 20, release, tier);

    public static (RunResult Result, string Console) Run(
        byte[] kernel, string commandLine, ulong memory, string release, Tier tier, string input = "")
    {
        using var output = new MemoryStream();
        using var machine = new VirtualMachine(new VirtualMachineOptions
        {
            Kernel = kernel,
            CommandLine = commandLine,
            MemoryBytes = memory,
            Release = ReleaseCatalog.Find(release)!,
            Execution = new ExecutionOptions { Tier = tier },
            Timeout = Patience,
            ConsoleOutput = output,
            ConsoleInput = new MemoryStream(Encoding.ASCII.GetBytes(input)),
        });
        RunResult result = machine.Run();
        return (result, Encoding.Latin1.GetString(output.ToArray()));
    }

    /// <summary>Console lines without line ends.</summary>
    public static string[] Lines(string console) => console.Replace("\r", "", StringComparison.Ordinal).Split('\n');
}
