using System.Globalization;
using BenchmarkDotNet.Attributes;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;
using Rebound.Jit.Cpu;

namespace Rebound.Benchmarks.Xen;

/// <summary>A system call of the guest: user, frame, kernel entry, iret hypercall, user. Whole machines run; the time is per round trip.</summary>
[ShortRunJob]
public class SyscallBenchmarks
{
    public const int RoundTrips = 1_000_000;
    private byte[] _kernel = [];

    [ParamsSource(nameof(Releases))]
    public string Release { get; set; } = "";

    [Params(Tier.Auto, Tier.Interpreter)]
    public Tier Executor { get; set; }

    public static IEnumerable<string> Releases => ReleaseCatalog.All.Select(r => r.Name);

    [GlobalSetup]
    public void Setup() => _kernel = GuestImageCatalog.Find("syscall-loop")!.Build();

    [Benchmark(OperationsPerInvoke = RoundTrips)]
    public void RoundTrip() => Run(_kernel, Release, Executor, RoundTrips);

    /// <summary>Boots the guest and runs it to its end.</summary>
    public static void Run(byte[] kernel, string release, Tier tier, int roundTrips)
    {
        using VirtualMachine machine = new(new VirtualMachineOptions
        {
            Kernel = kernel,
            CommandLine = roundTrips.ToString(CultureInfo.InvariantCulture),
            MemoryBytes = 32UL << 20,
            Release = ReleaseCatalog.Find(release)!,
            Execution = new ExecutionOptions { Tier = tier },
        });
        RunResult result = machine.Run();
        if (result.Outcome != RunOutcome.PowerOff)
            throw new InvalidOperationException($"syscall-loop on {release} ended with {result.Outcome}: {result.Reason}");
    }
}
