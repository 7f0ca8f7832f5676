using BenchmarkDotNet.Attributes;
using Rebound.Benchmarks.Guest;
using Rebound.Jit.Cpu;

namespace Rebound.Benchmarks.Jit;

/// <summary>What it costs to go from one block to the next: within a region, from page to page through the jump cache, and interpreted.</summary>
[ShortRunJob]
public class DispatchBenchmarks
{
    public const int Blocks = 8;
    public const int Rounds = 1000;
    private GuestFunction _guest = null!;

    [Params(Tier.Jit, Tier.Interpreter)]
    public Tier Executor { get; set; }

    /// <summary>Bytes between blocks: 16 keeps the ring in one page, 4096 puts each block on its own.</summary>
    [Params(16, 4096)]
    public int Distance { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _guest = new GuestFunction(GuestPrograms.Ring(Blocks, Distance), new ExecutionOptions { Tier = Executor });
        _guest.Call(2, 0);
    }

    [GlobalCleanup]
    public void Cleanup() => _guest.Dispose();

    [Benchmark(OperationsPerInvoke = Blocks * Rounds)]
    public ulong Block() => _guest.Call(Rounds, 0);
}
