namespace Rebound.Jit.Ir;

/// <summary>
/// Imm of x87 micro-ops: what the processor remembers of an instruction. Bits 0..47 its address (sign-extended), 48..58 its opcode (low three bits of the first byte,
/// then ModRM), 59..61 the segment of its memory operand (0 ES, 1 CS, 2 SS, 3 DS, 4 FS, 5 GS).
/// </summary>
public static class X87Instruction
{
    public static long Pack(ulong rip, int opcode, int segment) =>
        (long)((rip & 0xffff_ffff_ffff) | ((ulong)opcode << 48) | ((ulong)segment << 59));

    public static ulong Address(long packed) => (ulong)(packed << 16 >> 16);

    public static int Opcode(long packed) => (int)(packed >> 48) & 0x7ff;

    public static int Segment(long packed) => (int)(packed >> 59) & 7;
}

/// <summary>Formats of x87 operands in memory: Aux of loads and, with <see cref="X87Store"/> bits, of stores.</summary>
public enum X87Format : byte
{
    Float32,
    Float64,
    Float80,
    Int16,
    Int32,
    Int64,
    Decimal,
}

/// <summary>Bits of Aux of <see cref="MicroOpCode.X87Store"/> beside the <see cref="X87Format"/>.</summary>
public static class X87Store
{
    public const byte FormatMask = 7;
    public const byte Pop = 8;

    /// <summary>FISTTP: cut off, whatever the rounding control says.</summary>
    public const byte Truncate = 16;
}

/// <summary>Bits of Aux of comparisons.</summary>
public static class X87Compare
{
    /// <summary>How many registers are popped: 0, 1 or 2.</summary>
    public const byte PopMask = 3;

    /// <summary>Quiet NaNs are no invalid operands.</summary>
    public const byte Quiet = 4;

    /// <summary>FTST: with zero.</summary>
    public const byte WithZero = 8;
}

/// <summary>Aux of <see cref="MicroOpCode.X87Environment"/>.</summary>
public enum X87Image : byte
{
    StoreEnvironment,
    LoadEnvironment,
    Save,
    Restore,
}

/// <summary>Aux of <see cref="MicroOpCode.X87Register"/>: instructions named as in the manuals.</summary>
public enum X87Function : byte
{
    Nop,
    Fld,
    Fst,
    Fstp,
    Fstpnce,
    Fxch,
    Ffree,
    Ffreep,
    Fincstp,
    Fdecstp,
    Fcmov,
    Fchs,
    Fabs,
    Fxam,
    Fld1,
    Fldl2t,
    Fldl2e,
    Fldpi,
    Fldlg2,
    Fldln2,
    Fldz,
    Fsqrt,
    Frndint,
    Fscale,
    Fxtract,
    Fprem,
    Fprem1,
    F2xm1,
    Fyl2x,
    Fyl2xp1,
    Fptan,
    Fpatan,
    Fsin,
    Fcos,
    Fsincos,
}
