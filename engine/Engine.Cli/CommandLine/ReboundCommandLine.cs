using System.CommandLine;
using System.CommandLine.Help;
using Rebound.Engine.Cli.Commands;
using Rebound.GuestImages;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>The command tree of <c>rebound</c>, and how errors in its use are told.</summary>
public static class ReboundCommandLine
{
    /// <summary>All commands, in the order of the help text.</summary>
    public static IReadOnlyList<CliCommand> Commands() =>
    [
        new RunCommand(),
        new AbiCommand(),
        new ExplainCommand(),
        new ImagesCommand(),
        new ReleasesCommand(),
        new HypercallsCommand(),
        new InstructionsCommand(),
        new SelftestCommand(),
    ];

    /// <summary>Parses and runs one command line.</summary>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static int Run(string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ParseResult parsed = Tree().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (arguments.Length == 0) return Fail("no command given; 'rebound --help' lists the commands");
        bool asksForHelp = parsed.Action is ExampleHelpAction or { ClearsParseErrors: true };
        if (parsed.Errors.Count > 0 && !asksForHelp) return Fail(Complaint(parsed));
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception error) when (error is BadInputException or GuestManifestException)
        {
            return Fail(error.Message);
        }
        catch (IOException error)
        {
            // Whoever read our output has gone, or the disk is full: the message says which.
            return Fail(error.Message);
        }
    }

    private static RootCommand Tree()
    {
        var root = new ReboundRootCommand();
        root.Directives.Clear();
        foreach (CliCommand command in Commands()) root.Add(command);
        foreach (HelpOption help in root.Options.OfType<HelpOption>()) help.Action = new ExampleHelpAction();
        return root;
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine($"rebound: {message.ReplaceLineEndings(" ")}");
        return ExitCode.BadInput;
    }

    private static string Complaint(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand && parsed.UnmatchedTokens is [var unknown, ..]) return $"there is no command '{unknown}'; 'rebound --help' lists them";
        string message = parsed.Errors[0].Message.Split('\n')[0].Trim().TrimEnd('.');
        return $"{char.ToLowerInvariant(message[0])}{message[1..]}; see 'rebound {command.Name} --help'";
    }

    private sealed class ReboundRootCommand() : RootCommand(
        "Runs 64-bit Xen PV kernels on translated code, as different releases of Xen would have run them."), IHasExamples
    {
        public string Details => "";

        public IReadOnlyList<(string Line, string Meaning)> Examples =>
        [
            ("rebound abi", "boot our guests on every release and compare what a system call hands them"),
            ("rebound run hello", "boot one of our guest images"),
            ("rebound run vmlinuz --memory 512M --release xen-4.17", "boot a kernel file"),
        ];
    }
}
