using System.CommandLine;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Cli.Instructions;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound instructions</c>: every instruction of 64-bit mode, how it is implemented and how it is tested.</summary>
public sealed class InstructionsCommand : CliCommand
{
    private readonly Option<string> _format = new("--format")
    {
        Description = "'text' for people, 'json' for programs, 'markdown' for docs/instructions.md.",
        HelpName = "text|json|markdown",
        DefaultValueFactory = _ => "text",
    };

    public InstructionsCommand()
        : base("instructions", "List the processor's instructions: how each is implemented, and how tested.") => Add(_format);

    /// <inheritdoc/>
    public override string Details =>
        """
        The table is found by lifting forms of every instruction that the decoder knows in 64-bit mode.
        intrinsic      compiled code uses the host's instruction where the host has it
        micro-ops      micro-operations, in line or as calls
        helper         a method on the processor's state in memory
        exit, fault    the machine around the processor acts, or an exception is raised
        Exit code: 0, or 1 if an instruction of a family that the engine has is not implemented.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound instructions", "counts per family, then a line for each instruction"),
        ("rebound instructions | grep VPSHUFB", "one instruction"),
        ("rebound instructions --format markdown > docs/instructions.md", "the documentation's table"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Action<TextWriter, IReadOnlyList<InstructionEntry>> report = Values.Choice(
            "format",
            arguments.GetRequiredValue(_format),
            new Dictionary<string, Action<TextWriter, IReadOnlyList<InstructionEntry>>>
            {
                ["text"] = InstructionReports.WriteText,
                ["json"] = InstructionReports.WriteJson,
                ["markdown"] = InstructionReports.WriteMarkdown,
            });
        IReadOnlyList<InstructionEntry> entries = InstructionCatalog.Read();
        report(Console.Out, entries);
        return entries.Any(entry => entry.Kind == InstructionKind.Missing) ? ExitCode.Failure : ExitCode.Success;
    }
}
