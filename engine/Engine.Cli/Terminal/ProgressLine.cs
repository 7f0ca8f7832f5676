namespace Rebound.Engine.Cli.Terminal;

/// <summary>One line on standard error that is written over and over; nothing at all where standard error is no terminal.</summary>
internal sealed class ProgressLine : IDisposable
{
    private readonly bool _visible = !Console.IsErrorRedirected;
    private readonly Lock _lock = new();

    /// <summary>Shows a text instead of the last one.</summary>
    public void Show(string text)
    {
        if (!_visible) return;
        lock (_lock) Console.Error.Write($"\r\e[K{text}");
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        if (!_visible) return;
        lock (_lock) Console.Error.Write("\r\e[K");
    }
}
