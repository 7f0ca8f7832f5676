using System.CommandLine;
using System.Globalization;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Xen.Hypercalls;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound hypercalls</c>: the table of hypercalls, each with its grade and what is missing.</summary>
public sealed class HypercallsCommand() : CliCommand(
    "hypercalls", "List the hypercalls and how much of each there is.")
{
    /// <inheritdoc/>
    public override string Details =>
        """
        supported  all of it
        partial    some of it; the note says what is missing
        refused    always an error; the note says why
        A call that is not listed returns -ENOSYS, and its number and RIP are logged once.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound hypercalls", "the whole table, by number"),
        ("rebound hypercalls | grep partial", "what is not complete"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        var table = new TextTable("number", "hypercall", "support", "since", "note");
        foreach (IHypercall call in HypercallTable.Default.All)
        {
            table.Add(
                call.Number.ToString(CultureInfo.InvariantCulture),
                call.Name,
                call.Grade.ToString().ToLowerInvariant(),
                call.Since == XenReleases.First ? "" : call.Since.ToString(),
                call.Note);
        }

        table.Write(Console.Out);
        return ExitCode.Success;
    }
}
