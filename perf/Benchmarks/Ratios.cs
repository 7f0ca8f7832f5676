using System.Diagnostics;
using System.Runtime.InteropServices;
using Rebound.Benchmarks.Guest;
using Rebound.Benchmarks.Xen;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;
using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Benchmarks;

/// <summary>
/// The ratios that docs/performance.md quotes, measured side by side in one short run: rounds are interleaved, and the best of each side counts,
/// because noise only ever adds.
/// </summary>
public static unsafe class Ratios
{
    private const int Rounds = 15;

    public static int Run(string[] args)
    {
        if (args is ["translation"])
        {
            Translation();
            return 0;
        }

        if (args.Length != 0)
        {
            Console.Error.WriteLine("ratios takes no argument, or: translation");
            return 2;
        }

        Loops("CRC-32, 64 KiB", GuestPrograms.Crc32(), 65536);
        Loops("sieve, 64 KiB", GuestPrograms.Sieve(), 65536);
        Dispatch("block to block in a region", 16, Tier.Jit);
        Dispatch("block to block across pages, compiled", 4096, Tier.Jit);
        Dispatch("block to block, interpreted", 16, Tier.Interpreter);
        Translation();
        FirstRuns();
        byte[] kernel = GuestImageCatalog.Find("syscall-loop")!.Build();
        foreach (ReleaseProfile release in ReleaseCatalog.All)
            RoundTrips(kernel, release.Name);
        return 0;
    }

    private static void Dispatch(string name, int distance, Tier tier)
    {
        const int blocks = 8;
        const ulong turns = 4_000;
        using GuestFunction ring = new(GuestPrograms.Ring(blocks, distance), new ExecutionOptions { Tier = tier });
        ring.Call(2, 0);
        double best = Best(() => ring.Call(turns, 0));
        Console.WriteLine($"{name}: {best * 1000 / (turns * blocks):f2} ns");
    }

    private static void Translation()
    {
        byte[] code = GuestPrograms.Mixture(2000);
        int instructions = 0;
        double lift = Best(() => instructions = Blocks(code).Sum(b => b.InstructionCount));
        Console.WriteLine($"lifting: {lift * 1000 / instructions:f0} ns for each instruction");
        ExecutionOptions bounds = new();
        MicroBlock[] region = [.. Blocks(code).Take(bounds.MaxRegionInstructions / 7)];
        RegionPlan plan = new(region, [0]);
        double compile = Best(() => new RegionCompiler().Compile(plan));
        Console.WriteLine($"compiling a region of {plan.InstructionCount} instructions: {compile / plan.InstructionCount:f1} us for each");
        RegionPlan small = new([region[0]], [0]);
        Console.WriteLine($"compiling a region of {small.InstructionCount} instructions: {Best(() => new RegionCompiler().Compile(small)):f0} us");
    }

    private static List<MicroBlock> Blocks(byte[] code)
    {
        BlockLifter lifter = new();
        List<MicroBlock> blocks = [];
        int offset = 0;
        fixed (byte* start = code)
        {
            while (offset < code.Length)
            {
                // One page, as far as the lifter can tell: page ends are not what is measured.
                MicroBlock block = lifter.Lift(start + offset, code.Length - offset, code.Length - offset, (ulong)offset, BlockMode.None, 64)!;
                blocks.Add(block);
                offset += block.ByteLength;
            }
        }

        return blocks;
    }

    private static void FirstRuns()
    {
        const int blocks = 2_000;
        byte[] code = GuestPrograms.Mixture(blocks);
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            using GuestFunction cold = new(code, new ExecutionOptions { Tier = Tier.Auto });
            long start = Stopwatch.GetTimestamp();
            cold.Call(GuestFunction.DataAddress, 1);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        Console.WriteLine($"first run of a block of 7 instructions: {best / blocks:f2} us");
    }

    private static void RoundTrips(byte[] kernel, string release)
    {
        const int few = 200_000;
        const int many = 1_200_000;
        double best = double.MaxValue;
        double interpreted = double.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            best = Math.Min(best, PerTrip(Tier.Auto));
            interpreted = Math.Min(interpreted, PerTrip(Tier.Interpreter));
        }

        Console.WriteLine($"system call round trip, {release}: {best:f0} ns, interpreted {interpreted:f0} ns");

        // The difference of two runs leaves out the boot and the time until the code is compiled.
        double PerTrip(Tier tier) => (Time(tier, many) - Time(tier, few)) * 1000 / (many - few);

        double Time(Tier tier, int trips)
        {
            long start = Stopwatch.GetTimestamp();
            SyscallBenchmarks.Run(kernel, release, tier, trips);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }
    }

    private static double Best(Action work)
    {
        double best = double.MaxValue;
        for (int round = 0; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        return best;
    }

    private static void Loops(string name, byte[] code, int bytes)
    {
        byte* data = (byte*)NativeMemory.AllocZeroed((nuint)bytes);
        using NativeCode native = new(code);
        using GuestFunction compiled = new(code, new ExecutionOptions { Tier = Tier.Jit });
        using GuestFunction interpreted = new(code, new ExecutionOptions { Tier = Tier.Interpreter });
        double[] best = [double.MaxValue, double.MaxValue, double.MaxValue];
        ulong[] results = new ulong[3];
        for (int round = 0; round < Rounds; round++)
        {
            Measure(0, () => native.Call((nint)data, (ulong)bytes));
            Measure(1, () => compiled.Call(GuestFunction.DataAddress, (ulong)bytes));
            Measure(2, () => interpreted.Call(GuestFunction.DataAddress, (ulong)bytes));
        }

        NativeMemory.Free(data);
        if (results[0] != results[1] || results[0] != results[2])
            throw new InvalidOperationException($"{name}: results differ");
        Console.WriteLine($"{name}: native {best[0]:f0} us, compiled {best[1] / best[0]:f2} x native, interpreted {best[2] / best[0]:f1} x native, "
            + $"compiled {best[2] / best[1]:f1} x faster than interpreted");

        void Measure(int side, Func<ulong> work)
        {
            long start = Stopwatch.GetTimestamp();
            results[side] = work();
            best[side] = Math.Min(best[side], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }
}
