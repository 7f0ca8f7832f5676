namespace Rebound.Engine.Cli.CommandLine;

/// <summary>Something the user gave cannot be used. The message is one line for standard error; the exit code is <see cref="ExitCode.BadInput"/>.</summary>
public sealed class BadInputException : Exception
{
    public BadInputException()
    {
    }

    public BadInputException(string message)
        : base(message)
    {
    }

    public BadInputException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
