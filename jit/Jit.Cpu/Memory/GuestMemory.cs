using System.Runtime.InteropServices;

namespace Rebound.Jit.Cpu;

/// <summary>Told when bytes that were translated are about to change, or when a frame begins to hold translated code.</summary>
public interface ICodeListener
{
    /// <summary>Bytes of <paramref name="frame"/> in [offset, offset+length) that overlap translated code are about to change.</summary>
    void OnCodeWrite(MachineFrame frame, int offset, int length);

    /// <summary>The frame holds translated code from now on: fast-path writes to it must stop.</summary>
    void OnCodeFrame(MachineFrame frame);

    /// <summary>The granules of a frame that this listener's translations cover.</summary>
    ulong CodeMask(MachineFrame frame);

    /// <summary>True if any of these bytes was translated, to the byte.</summary>
    bool CoversCode(MachineFrame frame, int offset, int length);
}

/// <summary>
/// Machine memory: frames 0 .. <see cref="FrameCount"/>-1 of 4 KiB in one range of native memory. A frame that nobody has touched costs nothing.
/// Every writer outside the TLB's fast path goes through <see cref="PrepareWrite"/>, so that translated code never goes stale.
/// </summary>
public sealed unsafe class GuestMemory : IDisposable
{
    public const int FrameShift = 12;
    public const int FrameSize = 1 << FrameShift;
    public const ulong FrameMask = FrameSize - 1;

    /// <summary>Bytes per bit of a frame's code mask.</summary>
    public const int GranuleShift = 6;

    private readonly List<ICodeListener> _listeners = [];
    private readonly HostReservation _frames;
    private readonly bool _commitsOnDemand;
    private ulong* _codeMasks;

    /// <param name="frameCount">Frames, at least 1.</param>
    /// <exception cref="OutOfMemoryException">The host cannot reserve that much.</exception>
    public GuestMemory(ulong frameCount)
    {
        ArgumentOutOfRangeException.ThrowIfZero(frameCount);
        FrameCount = frameCount;
        _frames = new HostReservation(checked((nuint)frameCount * FrameSize));
        _commitsOnDemand = _frames.CommitsOnDemand;
        Base = _frames.Start;
        // calloc of a large range is a fresh mapping too.
        _codeMasks = (ulong*)NativeMemory.AllocZeroed((nuint)frameCount, sizeof(ulong));
    }

    public ulong FrameCount { get; }

    /// <summary>Host address of machine address 0.</summary>
    public byte* Base { get; }

    public bool Contains(MachineFrame frame) => frame.Number < FrameCount;

    /// <summary>Host address of a frame.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such frame.</exception>
    public byte* FramePointer(MachineFrame frame)
    {
        if (!Contains(frame))
            throw new ArgumentOutOfRangeException(nameof(frame), frame.ToString());
        if (_commitsOnDemand)
            _frames.Commit((nuint)(frame.Number << FrameShift));
        return Base + (frame.Number << FrameShift);
    }

    /// <summary>Makes a frame zeros, and the host's memory behind it free if the host can.</summary>
    public void Discard(MachineFrame frame)
    {
        PrepareWrite(frame, 0, FrameSize);
        FramePointer(frame);
        _frames.Discard((nuint)(frame.Number << FrameShift));
    }

    /// <summary>Bytes of the frames that take host memory now; null where the host does not say. Looks at every page.</summary>
    public long? ResidentBytes() => _frames.ResidentBytes();

    /// <summary>The frame's bytes, for reading. Writers use <see cref="WritableSpan"/>.</summary>
    public ReadOnlySpan<byte> Span(MachineFrame frame) => new(FramePointer(frame), FrameSize);

    /// <summary>Bytes of one frame for writing; code translated from them is dropped first.</summary>
    public Span<byte> WritableSpan(MachineFrame frame, int offset = 0, int length = FrameSize)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset + (uint)length, (uint)FrameSize);
        PrepareWrite(frame, offset, length);
        return new Span<byte>(FramePointer(frame) + offset, length);
    }

    /// <summary>Reads 8 bytes; the address must be 8-aligned.</summary>
    public ulong Read64(MachineAddress address) => *(ulong*)(FramePointer(address.Frame) + (address.Offset & ~7));

    /// <summary>Writes 8 bytes; the address must be 8-aligned.</summary>
    public void Write64(MachineAddress address, ulong value)
    {
        int offset = address.Offset & ~7;
        PrepareWrite(address.Frame, offset, 8);
        *(ulong*)(FramePointer(address.Frame) + offset) = value;
    }

    /// <summary>Bit i is set if bytes [64 i, 64 i + 64) of the frame hold translated code.</summary>
    public ulong CodeMask(MachineFrame frame) => Contains(frame) ? _codeMasks[frame.Number] : 0;

    /// <summary>Records that [offset, offset+length) of the frame was translated.</summary>
    public void AddCode(MachineFrame frame, int offset, int length)
    {
        ulong mask = GranuleMask(offset, length);
        ulong old = _codeMasks[frame.Number];
        if ((old | mask) == old)
            return;
        _codeMasks[frame.Number] = old | mask;
        if (old == 0)
        {
            foreach (ICodeListener listener in _listeners)
                listener.OnCodeFrame(frame);
        }
    }

    /// <summary>Asks all listeners anew what they cover, after translations were dropped.</summary>
    public void RefreshCodeMask(MachineFrame frame)
    {
        ulong mask = 0;
        foreach (ICodeListener listener in _listeners)
            mask |= listener.CodeMask(frame);
        _codeMasks[frame.Number] = mask;
    }

    /// <summary>
    /// True if a write of these bytes touches translated code. Data that only shares a granule with code does not: the granule's bit asks for
    /// the exact answer, which costs a search.
    /// </summary>
    public bool TouchesCode(MachineFrame frame, int offset, int length)
    {
        ulong mask = _codeMasks[frame.Number];
        if (mask == 0 || (mask & GranuleMask(offset, length)) == 0)
            return false;
        foreach (ICodeListener listener in _listeners)
        {
            if (listener.CoversCode(frame, offset, length))
                return true;
        }

        return false;
    }

    /// <summary>To be called before bytes of a frame change by any way but the TLB's fast path.</summary>
    public void PrepareWrite(MachineFrame frame, int offset, int length)
    {
        if (Contains(frame) && length > 0 && TouchesCode(frame, offset, length))
        {
            foreach (ICodeListener listener in _listeners)
                listener.OnCodeWrite(frame, offset, length);
        }
    }

    public void AddListener(ICodeListener listener) => _listeners.Add(listener);

    public void RemoveListener(ICodeListener listener) => _listeners.Remove(listener);

    /// <summary>Code-mask bits for a range within one frame.</summary>
    public static ulong GranuleMask(int offset, int length)
    {
        int first = offset >> GranuleShift;
        int last = (offset + length - 1) >> GranuleShift;
        int count = last - first + 1;
        return count >= 64 ? ulong.MaxValue : ((1UL << count) - 1) << first;
    }

    public void Dispose()
    {
        if (_codeMasks == null)
            return;
        _frames.Dispose();
        NativeMemory.Free(_codeMasks);
        _codeMasks = null;
    }
}
