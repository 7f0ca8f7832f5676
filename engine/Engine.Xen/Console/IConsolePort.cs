namespace Rebound.Engine.Xen.Console;

/// <summary>The host's side of a guest's console. Called on the thread that runs the guest; must not block.</summary>
public interface IConsolePort
{
    /// <summary>Bytes the guest has printed.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>True if <see cref="Read"/> would give something now. Cheap: asked at every exit of the guest.</summary>
    bool HasInput { get; }

    /// <summary>Takes input that has arrived, at most <paramref name="destination"/> long; 0 if there is none now.</summary>
    int Read(Span<byte> destination);

    /// <summary>True once no input will ever come again.</summary>
    bool InputEnded { get; }
}

/// <summary>A console without anybody: output is dropped, there is no input.</summary>
public sealed class NoConsole : IConsolePort
{
    private NoConsole()
    {
    }

    public static NoConsole Instance { get; } = new();

    public bool HasInput => false;

    public bool InputEnded => true;

    public void Write(ReadOnlySpan<byte> bytes)
    {
    }

    public int Read(Span<byte> destination) => 0;
}
