using System.Globalization;
using System.Text.Json;

namespace Rebound.Engine.Cli.Instructions;

/// <summary>The catalog for people, for programs and for docs/instructions.md.</summary>
public static class InstructionReports
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private static readonly (string Title, InstructionKind[] Kinds)[] Columns =
    [
        ("intrinsic", [InstructionKind.Intrinsic]),
        ("micro-ops", [InstructionKind.MicroOps]),
        ("helper", [InstructionKind.Helper]),
        ("nothing to do", [InstructionKind.Nop]),
        ("exit or fault", [InstructionKind.Exit, InstructionKind.Fault]),
    ];

    /// <summary>Counts per family, and a line for each instruction.</summary>
    public static void WriteText(TextWriter output, IReadOnlyList<InstructionEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(output);
        IReadOnlyList<InstructionSummary> families = InstructionSummary.Of(entries);
        TextTable summary = new(["family", "codes", "implemented", "judged", .. Columns.Select(column => column.Title)]);
        foreach (InstructionSummary family in families)
            summary.Add([family.Family, .. Counts(family)]);
        summary.Write(output);
        output.WriteLine();
        TextTable table = new("code", "family", "encoding", "implemented", "tested");
        foreach (InstructionEntry entry in families.Where(family => !family.IsLeftOut).SelectMany(family => family.Entries))
            table.Add(entry.Code.ToString(), entry.Family, entry.OpCode, $"{Name(entry.Kind)}: {entry.Details}", entry.Tested);
        table.Write(output);
    }

    /// <summary>An array of instructions.</summary>
    public static void WriteJson(TextWriter output, IReadOnlyList<InstructionEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine(JsonSerializer.Serialize(
            entries.Select(entry => new
            {
                Code = entry.Code.ToString(),
                entry.Family,
                entry.Instruction,
                entry.OpCode,
                Implemented = Name(entry.Kind),
                entry.Details,
                Judged = entry.IsJudged,
                entry.Tested,
            }),
            Indented));
    }

    /// <summary>docs/instructions.md.</summary>
    public static void WriteMarkdown(TextWriter output, IReadOnlyList<InstructionEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(output);
        IReadOnlyList<InstructionSummary> families = InstructionSummary.Of(entries);
        InstructionSummary[] present = [.. families.Where(family => !family.IsLeftOut)];
        InstructionSummary[] absent = [.. families.Where(family => family.IsLeftOut)];
        output.Write(string.Create(CultureInfo.InvariantCulture, $"""
            # Instructions

            Written by `rebound instructions --format markdown`; a test compares this file with what the command says. Every row comes from lifting forms of the
            instruction on a processor with all features that the engine knows.

            The decoder tells {entries.Count} instructions of 64-bit mode apart. {present.Sum(family => family.Codes)} belong to families that the engine has,
            {present.Sum(family => family.Implemented)} of them are implemented, and {present.Sum(family => family.Judged)} are confirmed by the host's processor in
            every form. The other {absent.Sum(family => family.Codes)} belong to families that are left out: they are #UD, and CPUID does not show them.

            | implemented | meaning |
            |---|---|
            | intrinsic | each of its vector operations is a host instruction in compiled code (in brackets), where the host has it; else, and in the interpreter, the micro-op's method in portable code |
            | micro-ops | micro-ops that compiled code emits in line or calls; the interpreter runs the same methods |
            | helper | a method that works on the processor's state in memory |
            | nothing to do | goes on with the next instruction |
            | exit | the processor leaves its run and its owner acts: a hypervisor or an operating system |
            | fault | an exception, always |

            "Host, all forms" means: register and memory forms, edge values crossed with random ones, run on the host's processor and on the engine, everything compared.

            ## Families


            """).ReplaceLineEndings("\n"));
        Row(output, ["family", "codes", "implemented", "judged", .. Columns.Select(column => column.Title)]);
        Row(output, [.. Enumerable.Repeat("---", 4 + Columns.Length)]);
        foreach (InstructionSummary family in present)
            Row(output, [family.Family, .. Counts(family)]);
        InstructionSummary all = new("all", [.. present.SelectMany(family => family.Entries)]);
        Row(output, [all.Family, .. Counts(all)]);
        output.Write("\n## Left out\n\n");
        Row(output, ["family", "codes"]);
        Row(output, ["---", "---"]);
        foreach (InstructionSummary family in absent)
            Row(output, [family.Family, Number(family.Codes)]);
        foreach (InstructionSummary family in present)
        {
            output.Write($"\n## {family.Family}\n\n");
            Row(output, ["code", "instruction", "encoding", "implemented", "as", "tested"]);
            Row(output, [.. Enumerable.Repeat("---", 6)]);
            foreach (InstructionEntry entry in family.Entries)
                Row(output, [entry.Code.ToString(), entry.Instruction, entry.OpCode, Name(entry.Kind), entry.Details, entry.Tested]);
        }
    }

    private static IEnumerable<string> Counts(InstructionSummary family) =>
    [
        Number(family.Codes), Number(family.Implemented), Number(family.Judged),
        .. Columns.Select(column => Number(column.Kinds.Sum(family.Count))),
    ];

    private static string Number(int number) => number == 0 ? "" : number.ToString(CultureInfo.InvariantCulture);

    private static void Row(TextWriter output, string[] cells) =>
        output.Write($"| {string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n");

    private static string Name(InstructionKind kind) => kind switch
    {
        InstructionKind.Missing => "MISSING",
        InstructionKind.LeftOut => "left out",
        InstructionKind.Fault => "fault",
        InstructionKind.Nop => "nothing to do",
        InstructionKind.Exit => "exit",
        InstructionKind.MicroOps => "micro-ops",
        InstructionKind.Intrinsic => "intrinsic",
        _ => "helper",
    };
}
