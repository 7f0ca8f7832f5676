using System.CommandLine;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Xen.Releases;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound releases</c>: the releases of Xen that the engine can be.</summary>
public sealed class ReleasesCommand() : CliCommand("releases", "List the releases of Xen that guests can be run on, oldest first.")
{
    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound releases", "names for --release and --releases, and what each is known for"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        var table = new TextTable("release", "behaves as", "what a guest notices");
        foreach (ReleaseProfile release in ReleaseCatalog.All)
        {
            string name = release.Name == ReleaseCatalog.DefaultName ? $"{release.Name} (default)" : release.Name;
            table.Add(name, release.Version.ToString(), release.Summary);
        }

        table.Write(Console.Out);
        return ExitCode.Success;
    }
}
