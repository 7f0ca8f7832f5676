using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen;

/// <summary>A domain's pseudo-physical frames and the machine frames behind them (p2m). A hint for the guest: never trusted for safety.</summary>
public sealed class PhysicalMap
{
    /// <summary>No machine has so many frames: four bytes are enough for each.</summary>
    private const uint None = uint.MaxValue;

    private uint[] _frames = [];
    private int _length;

    /// <summary>One more than the highest frame number ever populated.</summary>
    public ulong Length => (ulong)_length;

    /// <summary>The machine frame, <see cref="MachineFrame.Invalid"/> where there is none.</summary>
    public MachineFrame this[PseudoPhysicalFrame pfn]
    {
        get => pfn.Number < Length && _frames[pfn.Number] is var frame and not None ? new MachineFrame(frame) : MachineFrame.Invalid;
        set
        {
            if (pfn.Number >= Length)
                Extend(checked((int)pfn.Number + 1));
            _frames[pfn.Number] = value == MachineFrame.Invalid ? None : checked((uint)value.Number);
        }
    }

    /// <summary>Makes room for so many frames at once.</summary>
    public void Reserve(ulong count)
    {
        if (count > (ulong)_frames.Length)
            Array.Resize(ref _frames, checked((int)count));
    }

    private void Extend(int length)
    {
        if (length > _frames.Length)
            Reserve(Math.Max((ulong)length, (ulong)_frames.Length * 2));
        Array.Fill(_frames, None, _length, length - _length);
        _length = length;
    }
}
