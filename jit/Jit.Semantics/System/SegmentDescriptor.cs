namespace Rebound.Jit.Semantics;

/// <summary>An 8-byte segment descriptor (Intel SDM vol. 3, 3.4.5).</summary>
internal readonly record struct SegmentDescriptor(ulong Value)
{
    /// <summary>S: code or data, not a system segment or gate.</summary>
    public bool IsCodeOrData => (Value & (1UL << 44)) != 0;

    public bool IsCode => IsCodeOrData && (Value & (1UL << 43)) != 0;

    public bool IsData => IsCodeOrData && (Value & (1UL << 43)) == 0;

    public bool IsConforming => IsCode && (Value & (1UL << 42)) != 0;

    public bool IsReadable => IsData || (IsCode && (Value & (1UL << 41)) != 0);

    public bool IsWritable => IsData && (Value & (1UL << 41)) != 0;

    public int Dpl => (int)(Value >> 45) & 3;

    public bool IsPresent => (Value & (1UL << 47)) != 0;

    /// <summary>L: 64-bit code.</summary>
    public bool IsLong => (Value & (1UL << 53)) != 0;

    /// <summary>D: default operand size of 32 bits.</summary>
    public bool IsDefault32 => (Value & (1UL << 54)) != 0;

    /// <summary>What a system descriptor is; <see cref="SystemDescriptorType.None"/> for code and data.</summary>
    public SystemDescriptorType SystemType => IsCodeOrData ? SystemDescriptorType.None : (SystemDescriptorType)((Value >> 40) & 15);

    /// <summary>The last byte's offset, scaled by G.</summary>
    public uint Limit
    {
        get
        {
            uint limit = (uint)(Value & 0xffff) | (uint)((Value >> 32) & 0xf_0000);
            return (Value & (1UL << 55)) != 0 ? (limit << 12) | 0xfff : limit;
        }
    }

    public ulong Base => ((Value >> 16) & 0xff_ffff) | ((Value >> 32) & 0xff00_0000);
}

/// <summary>Types of system descriptors in long mode (Intel SDM vol. 3, table 3-2).</summary>
internal enum SystemDescriptorType
{
    None = 0,
    LocalTable = 2,
    AvailableTask = 9,
    BusyTask = 11,
    CallGate = 12,
    InterruptGate = 14,
    TrapGate = 15,
}

/// <summary>Parts of a segment selector.</summary>
internal static class Selector
{
    public static bool IsNull(ushort selector) => (selector & ~3) == 0;

    public static int Rpl(ushort selector) => selector & 3;

    /// <summary>TI: the selector names an entry of the LDT.</summary>
    public static bool IsLocal(ushort selector) => (selector & 4) != 0;

    /// <summary>The selector as an exception's error code: without RPL, whose place EXT and IDT take.</summary>
    public static uint ErrorCode(ushort selector) => (uint)selector & 0xfffc;
}
