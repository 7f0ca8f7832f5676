namespace Rebound.Engine.Cli;

/// <summary>What <c>rebound</c> tells its caller. Every command uses these and no others.</summary>
public static class ExitCode
{
    /// <summary>The guest shut down cleanly, or a report is as expected.</summary>
    public const int Success = 0;

    /// <summary>The guest crashed, or a report found a difference.</summary>
    public const int Failure = 1;

    /// <summary>The command line or an input file cannot be used; one line on standard error says why.</summary>
    public const int BadInput = 2;

    /// <summary>A limit (<c>--timeout</c>, <c>--max-instructions</c>) stopped the guest.</summary>
    public const int Limit = 3;

    /// <summary>Ctrl-C: 128 plus the number of SIGINT, as shells count it.</summary>
    public const int Interrupted = 130;
}
