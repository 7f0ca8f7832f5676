using Rebound.Engine.Xen.Console;

namespace Rebound.Engine.Hosting;

/// <summary>A guest's console on two streams.</summary>
internal sealed class StreamConsole : IConsolePort, IDisposable
{
    private const int ReadSize = 4096;

    private readonly Stream _output;
    private readonly Stream? _input;
    private readonly Queue<byte> _arrived = new();
    private readonly ManualResetEventSlim _somethingArrived = new();
    private volatile bool _hasInput;
    private volatile bool _ended;
    private bool _unflushed;

    public StreamConsole(Stream output, Stream? input, TimeSpan headStart)
    {
        _output = output;
        _input = input;
        if (input is null)
        {
            _ended = true;
        }
        else if (input.CanSeek)
        {
            ReadAhead();
        }
        else
        {
            new Thread(ReadAll) { IsBackground = true, Name = "console input" }.Start();
            if (headStart > TimeSpan.Zero)
                _somethingArrived.Wait(headStart);
        }
    }

    public bool HasInput => _hasInput;

    public bool InputEnded => _ended && !_hasInput;

    /// <summary>Why output cannot be written any more, or null.</summary>
    public string? OutputFailure { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (OutputFailure is not null)
            return;
        try
        {
            _output.Write(bytes);
            _unflushed = true;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            OutputFailure = error.Message;
        }
    }

    public void Flush()
    {
        if (!_unflushed || OutputFailure is not null)
            return;
        _unflushed = false;
        try
        {
            _output.Flush();
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            OutputFailure = error.Message;
        }
    }

    public int Read(Span<byte> destination)
    {
        int count = 0;
        lock (_arrived)
        {
            while (count < destination.Length && _arrived.TryDequeue(out byte next))
                destination[count++] = next;
            _hasInput = _arrived.Count != 0;
            if (!_hasInput && !_ended)
                _somethingArrived.Reset();
        }

        if (!_hasInput && !_ended && _input!.CanSeek)
            ReadAhead();
        return count;
    }

    /// <summary>Waits until there is input or there will never be any.</summary>
    /// <returns>False if the time ran out or waiting was cancelled.</returns>
    public bool WaitForInput(TimeSpan timeout, CancellationToken cancellation)
    {
        if (HasInput || _ended)
            return true;
        try
        {
            return _somethingArrived.Wait(timeout, cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Waits for more input than there is, until the time runs out or waiting is cancelled.</summary>
    public void WaitForNewInput(TimeSpan timeout, CancellationToken cancellation)
    {
        // Waits are counted in milliseconds; rounded down, the last one would be spent running in circles.
        TimeSpan whole = TimeSpan.FromMilliseconds(Math.Ceiling(timeout.TotalMilliseconds));
        if (HasInput || _ended)
            cancellation.WaitHandle.WaitOne(whole);
        else
            WaitForInput(whole, cancellation);
    }

    /// <summary>The reading thread may outlive the machine: a read of a terminal cannot be called back. It holds nothing but this object.</summary>
    public void Dispose() => _ended = true;

    private void ReadAhead()
    {
        byte[] buffer = new byte[ReadSize];
        Accept(buffer, Receive(buffer));
    }

    private void ReadAll()
    {
        byte[] buffer = new byte[ReadSize];
        while (!_ended)
            Accept(buffer, Receive(buffer));
    }

    /// <summary>A stream that fails has ended.</summary>
    private int Receive(byte[] buffer)
    {
        try
        {
            return _input!.Read(buffer, 0, buffer.Length);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or OperationCanceledException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private void Accept(byte[] buffer, int count)
    {
        lock (_arrived)
        {
            for (int i = 0; i < count; i++)
                _arrived.Enqueue(buffer[i]);
            if (count <= 0)
                _ended = true;
            _hasInput = _arrived.Count != 0;
            _somethingArrived.Set();
        }
    }
}
