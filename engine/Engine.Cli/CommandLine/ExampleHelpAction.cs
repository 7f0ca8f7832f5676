using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>The help of a command, followed by its examples: the part of a help text that is read first.</summary>
internal sealed class ExampleHelpAction : SynchronousCommandLineAction
{
    private readonly HelpAction _help = new();

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = _help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not IHasExamples { Details: var details, Examples: var examples }) return exitCode;
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (details.Length > 0)
        {
            output.WriteLine("Details:");
            foreach (string line in details.Split('\n')) output.WriteLine($"  {line.TrimEnd()}");
            output.WriteLine();
        }

        output.WriteLine("Examples:");
        foreach ((string line, string meaning) in examples)
        {
            output.WriteLine($"  {line}");
            output.WriteLine($"      {meaning}");
        }

        output.WriteLine();
        return exitCode;
    }
}
