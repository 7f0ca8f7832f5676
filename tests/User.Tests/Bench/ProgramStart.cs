namespace Rebound.User.Tests.Bench;

/// <summary>How a program is started, on the host and on the bench alike.</summary>
/// <param name="Program">Path of the program's file.</param>
/// <param name="Arguments">argv, the program's name included.</param>
/// <param name="Folder">Working directory. On the bench it is all of the file system that there is.</param>
internal sealed record ProgramStart(string Program, string[] Arguments, string Folder)
{
    /// <summary>The whole environment; nothing is inherited.</summary>
    public Dictionary<string, string> Environment { get; init; } = new() { ["LC_ALL"] = "C", ["TZ"] = "UTC" };

    /// <summary>What the program reads from standard input.</summary>
    public byte[] Input { get; init; } = [];
}
