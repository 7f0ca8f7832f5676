using Microsoft.Win32.SafeHandles;

namespace Rebound.Engine.Cli.Terminal;

/// <summary>Standard input as bytes: no line reader in between and nothing translated.</summary>
internal static class StandardInput
{
    /// <summary>
    /// The input; null where there is none, as for a descriptor that the caller closed. On a terminal, Console's own stream
    /// reads edited lines; the descriptor itself gives what is typed.
    /// </summary>
    public static Stream? Open()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardInput();
        try
        {
            return new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
