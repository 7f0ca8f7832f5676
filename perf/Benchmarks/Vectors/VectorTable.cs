using System.Diagnostics;
using System.Globalization;

namespace Rebound.Benchmarks.Vectors;

/// <summary>
/// The table of docs/performance.md about vectors and floating point, in one run of about a minute: rounds are interleaved and the best of each
/// side counts, because noise only ever adds. Every program is first shown to compute the same on all sides.
/// </summary>
public static class VectorTable
{
    private const int Rounds = 15;
    private const int InterpretedRounds = 3;

    /// <summary>Pieces of a measured call that are timed by themselves: on a busy machine a short piece has a chance to be undisturbed.</summary>
    private const int Pieces = 10;

    /// <param name="args">Parts of names; none: all programs.</param>
    /// <returns>0; 1 if some program failed or computed something else than natively.</returns>
    public static int Run(string[] args)
    {
        Console.WriteLine("| program | unit | native | compiled | × native | × faster than interpreted |");
        Console.WriteLine("|---|---|---|---|---|---|");
        int failed = 0;
        foreach (VectorProgram program in VectorProgram.All)
        {
            if (args.Length != 0 && !args.Any(part => program.Name.Contains(part, StringComparison.OrdinalIgnoreCase)))
                continue;
            if (VectorCompiler.Obstacle(program) is { } obstacle)
            {
                Console.Error.WriteLine($"{program.Name}: skipped, {obstacle}");
                continue;
            }

            try
            {
                Row(program);
            }
            catch (InvalidOperationException error)
            {
                Console.Error.WriteLine($"{program.Name}: {error.Message}");
                failed++;
            }
        }

        return failed == 0 ? 0 : 1;
    }

    private static void Row(VectorProgram program)
    {
        using VectorSides sides = new(program);
        sides.Verify();
        double native = double.MaxValue, compiled = double.MaxValue, interpreted = double.MaxValue;
        int few = Math.Max(1, program.Turns / 50);
        for (int round = 0; round < Rounds; round++)
        {
            // Each round begins with the same numbers: none of the sides may drift into denormals or infinities that are slower.
            sides.Refill();
            int turns = Math.Max(1, program.Turns / Pieces);
            for (int piece = 0; piece < Pieces; piece++)
            {
                native = Math.Min(native, Time(() => sides.Native(turns)) / turns);
                compiled = Math.Min(compiled, Time(() => sides.Compiled(turns)) / turns);
            }

            if (round < InterpretedRounds)
                interpreted = Math.Min(interpreted, Time(() => sides.Interpreted(few)) / few);
        }

        string row = string.Create(CultureInfo.InvariantCulture,
            $"| {program.Name} | {program.Unit} | {native / program.UnitsPerTurn:g3} ns | {compiled / program.UnitsPerTurn:g3} ns | {compiled / native:f2} | {interpreted / compiled:f0} |");
        Console.WriteLine(row);
    }

    private static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds;
    }
}
