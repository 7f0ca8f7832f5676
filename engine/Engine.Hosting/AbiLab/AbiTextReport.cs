namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>The comparison for people: the matrix, then for each run that breaks the frame that broke it and what came of it.</summary>
public static class AbiTextReport
{
    private const string Differs = " *";
    private const int ConsoleLinesShown = 24;

    /// <summary>Writes the report.</summary>
    public static void Write(TextWriter output, IReadOnlyList<AbiCell> cells)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(cells);
        WriteMatrix(output, cells);
        foreach (AbiCell cell in cells.Where(cell => cell.Verdict == AbiVerdict.Breaks || !cell.IsAsExpected)) WriteRun(output, cell);
        WriteConclusion(output, cells);
    }

    private static void WriteMatrix(TextWriter output, IReadOnlyList<AbiCell> cells)
    {
        string[] guests = [.. cells.Select(cell => cell.Guest).Distinct()];
        string[] releases = [.. cells.Select(cell => cell.Release).Distinct()];
        int guestWidth = guests.Max(guest => guest.Length) + 2;
        int width = Math.Max(releases.Max(release => release.Length), "BREAKS".Length + Differs.Length) + 2;

        output.WriteLine($"{Count(guests.Length, "guest")} on {Count(releases.Length, "release")} of Xen: what became of each, and of the frames of its system calls");
        output.WriteLine();
        output.WriteLine(("".PadRight(guestWidth) + string.Concat(releases.Select(release => release.PadRight(width)))).TrimEnd());
        foreach (string guest in guests)
        {
            IEnumerable<string> row = releases.Select(release =>
                (cells.FirstOrDefault(cell => cell.Guest == guest && cell.Release == release) is { } cell ? Summary(cell) : "").PadRight(width));
            output.WriteLine((guest.PadRight(guestWidth) + string.Concat(row)).TrimEnd());
        }

        output.WriteLine();
        if (cells.Any(cell => cell.Differences.Count > 0))
            output.WriteLine(" *  a word of the frame is not what SYSCALL left; whether that hurts depends on what the guest does with it");
    }

    private static string Summary(AbiCell cell) =>
        (cell.Verdict == AbiVerdict.Works ? "works" : "BREAKS") + (cell.Differences.Count > 0 ? Differs : "");

    private static void WriteRun(TextWriter output, AbiCell cell)
    {
        output.WriteLine();
        string expected = cell.Expected == AbiVerdict.Works ? "works" : "breaks";
        string verdict = cell.Verdict == AbiVerdict.Works ? "works" : "breaks";
        output.WriteLine($"== {cell.Guest} on {cell.Release} {verdict}"
            + (cell.IsAsExpected ? ", as its manifest expects" : $"; its manifest expects that it {expected}"));
        output.WriteLine();
        FrameDifference? first = cell.Differences.Count > 0 ? cell.Differences[0] : null;
        if (first is not null) FrameDrawing.Write(output, first, cell.SystemCalls);
        WriteOthers(output, cell);
        WriteConsequence(output, cell, first);
        WriteConsole(output, cell);
    }

    private static void WriteOthers(TextWriter output, AbiCell cell)
    {
        if (cell.Differences.Count < 2) return;
        output.WriteLine("Other differences of the run:");
        foreach (FrameDifference other in cell.Differences.Skip(1))
        {
            output.WriteLine($"  {other.Word,-12}{other.Actual:x16} instead of {other.Expected:x16}  "
                + $"{Times(other.Count)}, first in system call {other.First.Number}");
        }

        output.WriteLine();
    }

    private static void WriteConsequence(TextWriter output, AbiCell cell, FrameDifference? first)
    {
        if (first is null)
        {
            output.WriteLine(cell.SystemCalls == 0
                ? "No system call reached the guest kernel."
                : $"All {cell.SystemCalls} frames were what SYSCALL left.");
        }
        else if (cell.Aftermath is { } after)
        {
            output.WriteLine($"The guest took the {first.Word} word for its user's flags: when user mode was next left, by {after.Entry} at rip {after.UserRip:x},");
            output.WriteLine($"its RFLAGS were {after.UserRflags:x}, with {Names(after.Flags)} set, which no program had set.");
            foreach (FlagBit flag in after.Flags.Where(flag => flag.WhenWrong.Length > 0))
                output.WriteLine($"With {flag.Name} set, {flag.WhenWrong}.");
        }
        else
        {
            output.WriteLine("The flags of user mode stayed as they were: the guest does not take its user's flags from that word.");
        }

        output.WriteLine();
    }

    private static void WriteConsole(TextWriter output, AbiCell cell)
    {
        int skipped = Math.Max(0, cell.Console.Count - ConsoleLinesShown);
        output.WriteLine(cell.Console.Count == 0 ? "The guest's console stayed empty." : "The guest's console:");
        if (skipped > 0) output.WriteLine($"  | ({skipped} lines before)");
        foreach (string line in cell.Console.Skip(skipped)) output.WriteLine($"  | {line}");
        output.WriteLine($"The run ended: {cell.Ending}.");
    }

    private static void WriteConclusion(TextWriter output, IReadOnlyList<AbiCell> cells)
    {
        output.WriteLine();
        AbiCell[] surprises = [.. cells.Where(cell => !cell.IsAsExpected)];
        if (surprises.Length == 0)
        {
            output.WriteLine(cells.Count == 1 ? "The run went as its manifest expects." : $"All {cells.Count} runs went as their manifests expect.");
            return;
        }

        foreach (AbiCell cell in surprises)
        {
            output.WriteLine($"Not as expected: {cell.Guest} on {cell.Release} "
                + (cell.Verdict == AbiVerdict.Works ? "works, its manifest says breaks." : "breaks, its manifest says works."));
        }
    }

    private static string Names(IReadOnlyList<FlagBit> flags) => string.Join(" and ", flags.Select(flag => flag.Name));

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string Times(long count) => count == 1 ? "once" : $"{count} times";
}
