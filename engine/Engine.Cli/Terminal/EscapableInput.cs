namespace Rebound.Engine.Cli.Terminal;

/// <summary>
/// What is typed at a terminal, up to Ctrl-]: the one key that stays ours, as with <c>xl console</c>. It and what follows it never reach the
/// guest. Read by one thread.
/// </summary>
/// <param name="input">The terminal; not closed.</param>
/// <param name="leave">Called once, on the reading thread, when the key is pressed.</param>
internal sealed class EscapableInput(Stream input, Action leave) : Stream
{
    private const byte Escape = 0x1d;

    private bool _left;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_left) return 0;
        int read = input.Read(buffer, offset, count);
        int escape = buffer.AsSpan(offset, read).IndexOf(Escape);
        if (escape < 0) return read;
        _left = true;
        leave();
        return escape;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
