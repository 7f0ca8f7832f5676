using System.Runtime.InteropServices;

namespace Rebound.Engine.Cli.Terminal;

/// <summary>
/// Ends the process at once on Ctrl-C and its like, whatever the guest is doing, after putting things back that would outlive
/// it. A guest gets no say: its machine ends with the process.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="putBack">Called on another thread before the process ends; short, and does not wait for the guest.</param>
    public Interruption(Action putBack)
    {
        PosixSignal[] signals = OperatingSystem.IsWindows()
            ? [PosixSignal.SIGINT]
            : [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP];
        _registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            putBack();
            // Negative numbers are .NET's; POSIX has the same four signals at 1, 2, 3 and 15.
            int number = context.Signal switch { PosixSignal.SIGHUP => 1, PosixSignal.SIGQUIT => 3, PosixSignal.SIGTERM => 15, _ => 2 };
            Environment.Exit(ExitCode.Interrupted - 2 + number);
        }))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }
}
