using System.Runtime.InteropServices;

namespace Rebound.Jit.Ir;

/// <summary>
/// One micro-operation, 16 bytes. What the fields mean depends on the shape of its code (<see cref="MicroOpTable"/>):
/// operands are register numbers (<see cref="Operand"/>); <see cref="Imm"/> is a constant, a displacement or a vector immediate.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct MicroOp
{
    [FieldOffset(0)]
    public MicroOpCode Code;

    /// <summary>Operand size in bytes: 1, 2, 4, 8; 16 or 32 for vectors.</summary>
    [FieldOffset(2)]
    public byte Size;

    [FieldOffset(3)]
    public byte Dst;

    [FieldOffset(4)]
    public byte A;

    [FieldOffset(5)]
    public byte B;

    [FieldOffset(6)]
    public byte C;

    /// <summary>Condition, <see cref="MemoryAux"/> or <see cref="VectorAux"/> bits, destination size, or a helper's own parameter.</summary>
    [FieldOffset(7)]
    public byte Aux;

    [FieldOffset(8)]
    public long Imm;
}

/// <summary>Register numbers in micro-op operands.</summary>
public static class Operand
{
    public const byte Rax = 0;
    public const byte Rcx = 1;
    public const byte Rdx = 2;
    public const byte Rbx = 3;
    public const byte Rsp = 4;
    public const byte Rbp = 5;
    public const byte Rsi = 6;
    public const byte Rdi = 7;

    /// <summary>First temporary; there are <see cref="Cpu.CpuState.TemporaryCount"/>. A temporary lives within one guest instruction.</summary>
    public const byte FirstTemporary = 16;

    /// <summary>First vector temporary (in vector operands; 0..15 are XMM/YMM).</summary>
    public const byte FirstVectorTemporary = 16;

    /// <summary>The operand is <see cref="MicroOp.Imm"/>. Allowed for A, B, C of value and flag operations, never in memory operations.</summary>
    public const byte Immediate = 0xfe;

    /// <summary>No operand.</summary>
    public const byte None = 0xff;
}

/// <summary>
/// Bits of <see cref="MicroOp.Aux"/> in memory micro-ops. The address is
/// segment base + ((base A + (index B &lt;&lt; scale) + Imm), truncated to 32 bits if <see cref="Address32"/>).
/// </summary>
public static class MemoryAux
{
    /// <summary>Bits 0-1: log2 of the index scale.</summary>
    public const byte ScaleMask = 3;

    /// <summary>Add the FS base.</summary>
    public const byte Fs = 4;

    /// <summary>Add the GS base.</summary>
    public const byte Gs = 8;

    /// <summary>Address-size prefix: the effective address is 32 bits.</summary>
    public const byte Address32 = 16;

    /// <summary>Load of a read-modify-write: faults as a write.</summary>
    public const byte WriteIntent = 32;

    /// <summary>Vector access that must be aligned to its size (#GP).</summary>
    public const byte Aligned = 64;

    /// <summary>Vector load of less than 32 bytes: bits 128.. of the register become zero (VEX).</summary>
    public const byte ZeroUpper = 128;
}

/// <summary>Bits of <see cref="MicroOp.Aux"/> in micro-ops whose result is a vector.</summary>
public static class VectorAux
{
    /// <summary>Size 16: bits 128.. of the destination become zero (VEX) instead of staying (legacy SSE).</summary>
    public const byte ZeroUpper = 1;

    private const int ShiftPosition = 4;

    /// <summary>Bits 4-7: by how much the immediate is shifted right for the upper half of a 32-byte operation (VSHUFPD and its kin).</summary>
    public static int UpperImmediateShift(byte aux) => aux >> ShiftPosition;

    /// <summary>The Aux bits for a shift of the immediate by 0 to 15 bits.</summary>
    public static byte ShiftImmediate(int bits) => (byte)(bits << ShiftPosition);
}
