namespace Rebound.Engine.Cli.Instructions;

/// <summary>Counts over the instructions of one family.</summary>
/// <param name="Family">Its features.</param>
/// <param name="Entries">Its instructions, in the decoder's order.</param>
public sealed record InstructionSummary(string Family, IReadOnlyList<InstructionEntry> Entries)
{
    /// <summary>Instructions that the decoder tells apart.</summary>
    public int Codes => Entries.Count;

    public int Implemented => Entries.Count(entry => entry.IsImplemented);

    public int Judged => Entries.Count(entry => entry.IsJudged);

    /// <summary>The engine does not have the family: every instruction of it is #UD, and CPUID does not show it.</summary>
    public bool IsLeftOut => Entries.All(entry => entry.Kind == InstructionKind.LeftOut);

    /// <summary>Instructions of a kind.</summary>
    public int Count(InstructionKind kind) => Entries.Count(entry => entry.Kind == kind);

    /// <summary>One summary for each family, those that are there first, each part by name.</summary>
    public static IReadOnlyList<InstructionSummary> Of(IReadOnlyList<InstructionEntry> entries) =>
        [.. entries.GroupBy(entry => (entry.Family, LeftOut: entry.Kind == InstructionKind.LeftOut))
            .OrderBy(group => group.Key.LeftOut).ThenBy(group => group.Key.Family, StringComparer.Ordinal)
            .Select(group => new InstructionSummary(group.Key.Family, [.. group]))];
}
