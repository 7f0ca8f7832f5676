using System.Diagnostics;
using System.Text;

namespace Rebound.Guests.Tests;

/// <summary>What a run of the program <c>rebound</c> gave.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Duration">From start to end.</param>
internal sealed record CliResult(int ExitCode, string Output, string Error, TimeSpan Duration)
{
    /// <summary>The lines of standard error, without an empty one at the end.</summary>
    public string[] ErrorLines => Error.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public override string ToString() => $"exit code {ExitCode}\n-- stdout\n{Output}\n-- stderr\n{Error}";
}

/// <summary>Runs the program as its users do: a process of its own, with pipes for its three streams.</summary>
internal static class CliProcess
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>The program beside this test assembly.</summary>
    public static string Program { get; } =
        Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "rebound.exe" : "rebound");

    /// <summary>Runs it with empty standard input.</summary>
    public static CliResult Run(params string[] arguments) => Run([], arguments);

    /// <summary>Runs it with these bytes on standard input.</summary>
    public static CliResult Run(byte[] input, string[] arguments) => Run(input, arguments, Patience);

    /// <summary>Runs it with these bytes on standard input, and gives up after that time.</summary>
    public static CliResult Run(byte[] input, string[] arguments, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        using Process process = Start(arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; what it said is what the test looks at.
        }

        if (!process.WaitForExit(patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"rebound {string.Join(' ', arguments)} did not end within {patience}");
        }

        return new CliResult(process.ExitCode, output.Result, error.Result, watch.Elapsed);
    }

    /// <summary>Starts it; the caller ends it.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(Program, arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        StandardOutputEncoding = Encoding.UTF8,
        StandardErrorEncoding = Encoding.UTF8,
    })!;
}
