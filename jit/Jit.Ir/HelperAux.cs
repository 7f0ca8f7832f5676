namespace Rebound.Jit.Ir;

/// <summary>Bits of Aux in string helpers. Without <see cref="Repeat"/> or <see cref="RepeatNotEqual"/> one element is done.</summary>
public static class StringAux
{
    /// <summary>REP, or REPE for CMPS and SCAS.</summary>
    public const byte Repeat = 1;
    public const byte RepeatNotEqual = 2;

    /// <summary>Segment override of the source operand.</summary>
    public const byte Fs = 4;
    public const byte Gs = 8;

    /// <summary>Address-size prefix: ESI, EDI and ECX count.</summary>
    public const byte Address32 = 16;
}

/// <summary>Aux of <see cref="MicroOpCode.X87Control"/>.</summary>
public enum X87Operation : byte
{
    Initialize,
    ClearExceptions,
    EmptyMmx,

    /// <summary>Dst = FCW.</summary>
    ReadControl,

    /// <summary>FCW = A.</summary>
    WriteControl,

    /// <summary>Dst = FSW.</summary>
    ReadStatus,

    /// <summary>What a waiting instruction checks before its memory operand: #NM, and a pending exception.</summary>
    Check,

    /// <summary>Instructions of the 8087 and the 287 that do nothing any more.</summary>
    Obsolete,

    /// <summary>FWAIT: a pending exception is raised.</summary>
    Wait,
}

/// <summary>Aux of <see cref="MicroOpCode.Gather"/>; also scale, FS, GS and Address32 of <see cref="MemoryAux"/>. Size is that of the vector.</summary>
public static class GatherAux
{
    /// <summary>Elements of 8 bytes, else 4.</summary>
    public const byte Data64 = 32;

    /// <summary>Indices of 8 bytes, else 4.</summary>
    public const byte Index64 = 64;
}

/// <summary>Bits of Aux in <see cref="MicroOpCode.CompareStringsIndex"/> and <see cref="MicroOpCode.CompareStringsMask"/>.</summary>
public static class CompareStringsAux
{
    /// <summary>Lengths are in RAX and RDX, else strings end with a zero.</summary>
    public const byte Explicit = 1;

    /// <summary>Lengths are 64 bits wide.</summary>
    public const byte Length64 = 2;

    /// <summary>Bits 128.. of Dst become zero.</summary>
    public const byte ZeroUpper = 4;
}
