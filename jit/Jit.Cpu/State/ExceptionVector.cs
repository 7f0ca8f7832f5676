namespace Rebound.Jit.Cpu;

/// <summary>Exception vectors (Intel SDM vol. 3, table 6-1).</summary>
public static class ExceptionVector
{
    public const byte DivideError = 0;
    public const byte Debug = 1;
    public const byte Nmi = 2;
    public const byte Breakpoint = 3;
    public const byte Overflow = 4;
    public const byte BoundRange = 5;
    public const byte InvalidOpcode = 6;
    public const byte DeviceNotAvailable = 7;
    public const byte DoubleFault = 8;
    public const byte InvalidTss = 10;
    public const byte SegmentNotPresent = 11;
    public const byte StackFault = 12;
    public const byte GeneralProtection = 13;
    public const byte PageFault = 14;
    public const byte FloatingPoint = 16;
    public const byte AlignmentCheck = 17;
    public const byte MachineCheck = 18;
    public const byte SimdFloatingPoint = 19;

    /// <summary>True for the exceptions that push an error code.</summary>
    public static bool HasErrorCode(int vector) => vector is 8 or 10 or 11 or 12 or 13 or 14 or 17 or 21;

#pragma warning disable format // a table
    /// <summary>Mnemonic such as "#PF"; "#31" for vectors without one.</summary>
    public static string Name(int vector) => vector switch
    {
        0 => "#DE", 1 => "#DB", 2 => "NMI", 3 => "#BP", 4 => "#OF", 5 => "#BR", 6 => "#UD", 7 => "#NM", 8 => "#DF",
        10 => "#TS", 11 => "#NP", 12 => "#SS", 13 => "#GP", 14 => "#PF", 16 => "#MF", 17 => "#AC", 18 => "#MC", 19 => "#XM",
        _ => $"#{vector}",
    };
#pragma warning restore format
}

/// <summary>Bits of a page fault's error code.</summary>
public static class PageFaultCode
{
    public const uint Present = 1;
    public const uint Write = 2;
    public const uint User = 4;
    public const uint Reserved = 8;
    public const uint Fetch = 16;
}
