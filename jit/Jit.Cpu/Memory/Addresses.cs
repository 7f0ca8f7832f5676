namespace Rebound.Jit.Cpu;

/// <summary>A 64-bit guest virtual address (Intel: linear address), before translation.</summary>
public readonly record struct VirtualAddress(ulong Value)
{
    /// <summary>True if bits 63..47 are all equal (48-bit virtual addresses).</summary>
    public bool IsCanonical => (ulong)((long)(Value << 16) >> 16) == Value;

    public static VirtualAddress operator +(VirtualAddress a, ulong offset) => new(a.Value + offset);

    public override string ToString() => $"0x{Value:x16}";
}

/// <summary>A byte address in machine memory: what page-table entries hold and the CPU's walker reads.</summary>
public readonly record struct MachineAddress(ulong Value)
{
    public MachineFrame Frame => new(Value >> GuestMemory.FrameShift);

    public int Offset => (int)(Value & GuestMemory.FrameMask);

    public static MachineAddress operator +(MachineAddress a, ulong offset) => new(a.Value + offset);

    public override string ToString() => $"machine 0x{Value:x}";
}

/// <summary>The number of a 4 KiB frame of machine memory, what page tables hold.</summary>
public readonly record struct MachineFrame(ulong Number)
{
    /// <summary>The frame number no frame has.</summary>
    public static MachineFrame Invalid => new(ulong.MaxValue);

    public MachineAddress Address => new(Number << GuestMemory.FrameShift);

    public override string ToString() => $"mfn 0x{Number:x}";
}
