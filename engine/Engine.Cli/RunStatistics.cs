using System.Diagnostics;
using System.Globalization;
using Rebound.Engine.Hosting;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Cli;

/// <summary>Writes what a run took: <c>rebound run --stats</c>.</summary>
internal static class RunStatistics
{
    private static readonly (HostActivity Activity, string Name)[] Activities =
    [
        (HostActivity.RunningCompiled, "compiled code"), (HostActivity.Interpreting, "interpreter"), (HostActivity.Lifting, "lifting"),
        (HostActivity.Compiling, "compiling"), (HostActivity.WalkingPages, "page walks"), (HostActivity.Outside, "hypervisor and devices"),
        (HostActivity.Waiting, "waiting"),
    ];

    /// <summary>Writes the counters, one to a line.</summary>
    public static void Write(TextWriter output, RunCounters counters)
    {
        ExecutionStatistics cpu = counters.Cpu;
        double seconds = counters.HostTime.TotalSeconds;
        Line(output, "time", $"{seconds:0.000} s, {counters.GuestTime.TotalSeconds:0.000} s for the guest");
        if (counters.Profile is { } profile) Line(output, "spent in", Shares(profile));
        long compiled = (long)counters.Instructions - cpu.InstructionsInterpreted;
        Line(output, "instructions", $"{counters.Instructions:n0} ({Share(cpu.InstructionsInterpreted, counters.Instructions)} interpreted, "
            + $"{Share(compiled, counters.Instructions)} compiled), {counters.Instructions / Math.Max(seconds, 1e-9) / 1e6:0.0} million per second");
        Line(output, "exits", $"{counters.Exits:n0} to the hypervisor, {cpu.Dispatches:n0} to the dispatcher");
        Line(output, "lifted", $"{cpu.BlocksLifted:n0} blocks, {cpu.InstructionsLifted:n0} instructions in {Milliseconds(cpu.LiftTicks):0.0} ms");
        Line(output, "compiled", $"{cpu.RegionsCompiled:n0} regions, {cpu.InstructionsCompiled:n0} instructions in {Milliseconds(cpu.CompileTicks):0.0} ms"
            + $" ({Milliseconds(cpu.CompileTicks) / Math.Max(seconds, 1e-9) / 10:0} % of the time)");
        Line(output, "invalidated", $"{cpu.BlocksInvalidated:n0} blocks");
        Line(output, "tlb", $"{cpu.TlbFills:n0} fills, {cpu.TlbFlushes:n0} flushes");
        if (counters.Profile is not null) WriteProfile(output, counters.Profile);
    }

    private static void WriteProfile(TextWriter output, RunProfile profile)
    {
        const double mebibyte = 1 << 20;
        long touched = profile.TouchedBytes ?? 0;
        Line(output, "memory", profile.TouchedBytes is null
            ? $"{profile.ProcessBytes / mebibyte:0} MiB, at most {profile.PeakBytes / mebibyte:0} MiB"
            : $"{touched / mebibyte:0} MiB of {profile.GuestBytes / mebibyte:0} MiB touched, "
                + $"{Math.Max(0, profile.ProcessBytes - touched) / mebibyte:0} MiB beside the guest's, at most {profile.PeakBytes / mebibyte:0} MiB together");
        Line(output, "hypercalls", string.Create(CultureInfo.InvariantCulture,
            $"{profile.Hypercalls.Sum(call => call.Calls):n0} in {profile.Hypercalls.Sum(call => call.Time.TotalMilliseconds):0.0} ms"));
        foreach (HypercallCost call in profile.Hypercalls.OrderByDescending(call => call.Time).ThenBy(call => call.Name, StringComparer.Ordinal))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {call.Name,-32} {call.Calls,12:n0} {call.Time.TotalMilliseconds,10:0.0} ms"));
    }

    private static string Shares(RunProfile profile) => string.Join(", ", Activities
        .Where(activity => profile.Activities[activity.Activity] != 0)
        .Select(activity => $"{activity.Name} {Share(profile.Activities[activity.Activity], (ulong)profile.Samples)}"));

    private static void Line(TextWriter output, string name, string text) => output.WriteLine($"{name,-13} {text}");

    private static string Share(long part, ulong whole) =>
        whole == 0 ? "none" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.0} %");

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;
}
