using System.CommandLine;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>
/// One command of <c>rebound</c>: its options, its help and what it does. To add a command, add a class in
/// <c>Commands</c> and its line in <see cref="ReboundCommandLine"/>.
/// </summary>
public abstract class CliCommand : Command, IHasExamples
{
    protected CliCommand(string name, string description)
        : base(name, description) => SetAction(Execute);

    /// <inheritdoc/>
    public virtual string Details => "";

    /// <inheritdoc/>
    public abstract IReadOnlyList<(string Line, string Meaning)> Examples { get; }

    /// <summary>Runs the command. Reports go to standard output, all else to standard error.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    /// <exception cref="BadInputException">What the user gave cannot be used.</exception>
    protected abstract int Execute(ParseResult arguments);
}
