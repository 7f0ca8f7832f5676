using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen;

/// <summary>A domain's pseudo-physical frames and the machine frames behind them (p2m). A hint for the guest: never trusted for safety.</summary>
public sealed class PhysicalMap
{
    private readonly List<MachineFrame> _frames = [];

    /// <summary>One more than the highest frame number ever populated.</summary>
    public ulong Length => (ulong)_frames.Count;

    /// <summary>The machine frame, <see cref="MachineFrame.Invalid"/> where there is none.</summary>
    public MachineFrame this[PseudoPhysicalFrame pfn]
    {
        get => pfn.Number < Length ? _frames[(int)pfn.Number] : MachineFrame.Invalid;
        set
        {
            while (Length <= pfn.Number)
                _frames.Add(MachineFrame.Invalid);
            _frames[(int)pfn.Number] = value;
        }
    }
}
