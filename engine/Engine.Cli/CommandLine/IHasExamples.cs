namespace Rebound.Engine.Cli.CommandLine;

/// <summary>A command whose help goes beyond its options: it ends with details and examples.</summary>
public interface IHasExamples
{
    /// <summary>What the one-line description has no room for; may be empty.</summary>
    string Details { get; }

    /// <summary>Lines to type, each with what it does.</summary>
    IReadOnlyList<(string Line, string Meaning)> Examples { get; }
}
