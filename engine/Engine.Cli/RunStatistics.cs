using System.Diagnostics;
using System.Globalization;
using Rebound.Engine.Hosting;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Cli;

/// <summary>Writes what a run took: <c>rebound run --stats</c>.</summary>
internal static class RunStatistics
{
    /// <summary>Writes the counters, one to a line.</summary>
    public static void Write(TextWriter output, RunCounters counters)
    {
        ExecutionStatistics cpu = counters.Cpu;
        double seconds = counters.HostTime.TotalSeconds;
        Line(output, "time", $"{seconds:0.000} s, {counters.GuestTime.TotalSeconds:0.000} s for the guest");
        Line(output, "instructions", $"{counters.Instructions:n0} ({Share(cpu.InstructionsInterpreted, counters.Instructions)} interpreted), "
            + $"{counters.Instructions / Math.Max(seconds, 1e-9) / 1e6:0.0} million per second");
        Line(output, "exits", $"{counters.Exits:n0} to the hypervisor, {cpu.Dispatches:n0} to the dispatcher");
        Line(output, "lifted", $"{cpu.BlocksLifted:n0} blocks, {cpu.InstructionsLifted:n0} instructions in {Milliseconds(cpu.LiftTicks):0.0} ms");
        Line(output, "compiled", $"{cpu.RegionsCompiled:n0} regions, {cpu.InstructionsCompiled:n0} instructions in {Milliseconds(cpu.CompileTicks):0.0} ms");
        Line(output, "invalidated", $"{cpu.BlocksInvalidated:n0} blocks");
        Line(output, "tlb", $"{cpu.TlbFills:n0} fills, {cpu.TlbFlushes:n0} flushes");
    }

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-13} {text}");

    private static string Share(long part, ulong whole) =>
        whole == 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.0} %");

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;
}
