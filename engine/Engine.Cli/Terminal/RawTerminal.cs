using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rebound.Engine.Cli.Terminal;

/// <summary>
/// A terminal that belongs to a guest: keys go to it as they are pressed, Ctrl-C among them, and what it prints is drawn as it is, since line
/// editing, echo and signals are its business. The old settings come back with <see cref="Dispose"/>, which may be called from any thread and more than once.
/// </summary>
internal sealed partial class RawTerminal : IDisposable
{
    private Action? _restore;

    private RawTerminal(Action restore) => _restore = restore;

    /// <summary>Makes standard input raw if it is a terminal of a kind known here; otherwise null.</summary>
    /// <param name="bareNewlines">True for a guest that ends its lines with nothing but a line feed: the terminal goes on adding the carriage return.</param>
    public static RawTerminal? TryEnter(bool bareNewlines)
    {
        if (Console.IsInputRedirected) return null;
        Action? restore = OperatingSystem.IsLinux() ? EnterLinux(bareNewlines) : OperatingSystem.IsWindows() ? EnterWindows() : null;
        return restore is null ? null : new RawTerminal(restore);
    }

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _restore, null)?.Invoke();

    [SupportedOSPlatform("linux")]
    private static unsafe Action? EnterLinux(bool bareNewlines)
    {
        byte[] before = new byte[Termios.Size];
        fixed (byte* settings = before)
        {
            if (tcgetattr(0, settings) != 0) return null;
        }

        byte[] raw = [.. before];
        fixed (byte* settings = raw)
        {
            *(uint*)(settings + Termios.InputFlags) &= ~(Termios.Icrnl | Termios.Inlcr | Termios.Igncr | Termios.Istrip | Termios.Ixon);
            *(uint*)(settings + Termios.LocalFlags) &= ~(Termios.Isig | Termios.Icanon | Termios.Echo | Termios.Iexten);
            if (!bareNewlines) *(uint*)(settings + Termios.OutputFlags) &= ~Termios.Opost;
            settings[Termios.ControlCharacters + Termios.Vmin] = 1;
            settings[Termios.ControlCharacters + Termios.Vtime] = 0;
            if (tcsetattr(0, Termios.Now, settings) != 0) return null;
        }

        return () =>
        {
            fixed (byte* settings = before) _ = tcsetattr(0, Termios.Now, settings);
        };
    }

    [SupportedOSPlatform("windows")]
    private static Action? EnterWindows()
    {
        const int standardInput = -10;
        const uint processedInput = 1, lineInput = 2, echoInput = 4, virtualTerminalInput = 0x200;
        nint input = GetStdHandle(standardInput);
        if (!GetConsoleMode(input, out uint before)) return null;
        if (!SetConsoleMode(input, (before & ~(processedInput | lineInput | echoInput)) | virtualTerminalInput)) return null;
        return () => SetConsoleMode(input, before);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int tcgetattr(int descriptor, byte* settings);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int tcsetattr(int descriptor, int when, byte* settings);

    [LibraryImport("kernel32")]
    private static partial nint GetStdHandle(int which);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GetConsoleMode(nint handle, out uint mode);

    [LibraryImport("kernel32")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool SetConsoleMode(nint handle, uint mode);

    /// <summary>Layout and bits of glibc's struct termios on x86-64 Linux (termios.h).</summary>
    private static class Termios
    {
        public const int Size = 64;
        public const int InputFlags = 0, OutputFlags = 4, LocalFlags = 12, ControlCharacters = 17;
        public const int Vtime = 5, Vmin = 6;
        public const int Now = 0;
        public const uint Istrip = 0x20, Inlcr = 0x40, Igncr = 0x80, Icrnl = 0x100, Ixon = 0x400;
        public const uint Opost = 1;
        public const uint Isig = 1, Icanon = 2, Echo = 8, Iexten = 0x8000;
    }
}
