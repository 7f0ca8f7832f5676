using BenchmarkDotNet.Attributes;

namespace Rebound.Benchmarks.Vectors;

/// <summary>The programs of <see cref="VectorProgram"/> with BenchmarkDotNet's statistics; the ratio column is against the native run.</summary>
[ShortRunJob]
public class VectorBenchmarks
{
    private VectorSides _sides = null!;

    /// <summary>Those that this machine can build and run.</summary>
    public static IEnumerable<VectorProgram> Programs => VectorProgram.All.Where(program => VectorCompiler.Obstacle(program) is null);

    [ParamsSource(nameof(Programs))]
    public VectorProgram Program { get; set; } = null!;

    [GlobalSetup]
    public void Setup()
    {
        _sides = new VectorSides(Program);
        _sides.Verify();
    }

    [GlobalCleanup]
    public void Cleanup() => _sides.Dispose();

    [Benchmark(Baseline = true)]
    public ulong Native() => _sides.Native(Program.Turns);

    [Benchmark]
    public ulong Compiled() => _sides.Compiled(Program.Turns);

    [Benchmark]
    public ulong Interpreted() => _sides.Interpreted(Program.Turns);
}
