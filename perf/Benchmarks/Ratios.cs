using System.Diagnostics;
using System.Runtime.InteropServices;
using Rebound.Benchmarks.Guest;
using Rebound.Jit.Cpu;

namespace Rebound.Benchmarks;

/// <summary>
/// The ratios that docs/performance.md quotes, measured side by side in one short run: rounds are interleaved, and the best of each side counts,
/// because noise only ever adds.
/// </summary>
public static unsafe class Ratios
{
    private const int Rounds = 7;

    public static int Run(string[] args)
    {
        if (args.Length != 0)
        {
            Console.Error.WriteLine("ratios takes no arguments");
            return 2;
        }

        Loops("CRC-32, 64 KiB", GuestPrograms.Crc32(), 65536);
        Loops("sieve, 64 KiB", GuestPrograms.Sieve(), 65536);
        return 0;
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
