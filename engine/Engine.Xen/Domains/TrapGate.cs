using Rebound.Engine.Abi;

namespace Rebound.Engine.Xen;

/// <summary>One entry of the virtual trap table. Address 0: no handler.</summary>
public readonly record struct TrapGate(ulong Address, byte Flags, ushort Cs)
{
    public int Dpl => Flags & TrapInfoLayout.DplMask;

    public bool MasksEvents => (Flags & TrapInfoLayout.MaskEvents) != 0;
}

/// <summary>One registered callback. Address 0: none.</summary>
public readonly record struct Callback(ulong Address, bool MasksEvents);
