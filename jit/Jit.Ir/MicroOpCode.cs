using S = Rebound.Jit.Ir.MicroOpShape;

namespace Rebound.Jit.Ir;

/// <summary>Every micro-op there is. A new one is a member here, and a method with <see cref="MicroOpMethodAttribute"/> in Jit.Semantics.</summary>
public enum MicroOpCode : ushort
{
    // Values
    [MicroOpRow(S.Value1)] Move,
    [MicroOpRow(S.Value1)] Not,
    [MicroOpRow(S.Value1)] Negate,
    [MicroOpRow(S.Value1)] ByteSwap,
    [MicroOpRow(S.Value1)] PopCount,
    [MicroOpRow(S.Value1)] LeadingZeros,
    [MicroOpRow(S.Value1)] TrailingZeros,

    /// <summary>Index of the highest set bit; 0 for 0 (BSR, whose zero case the lifter selects away).</summary>
    [MicroOpRow(S.Value1)] BitScanReverse,

    /// <summary>Bits 15..8 (AH, CH, DH, BH). Size is 2.</summary>
    [MicroOpRow(S.Value1)] ExtractHigh,
    [MicroOpRow(S.Extend)] SignExtend,
    [MicroOpRow(S.Value2)] Add,
    [MicroOpRow(S.Value2)] Sub,
    [MicroOpRow(S.Value2)] And,
    [MicroOpRow(S.Value2)] Or,
    [MicroOpRow(S.Value2)] Xor,

    /// <summary>~A &amp; B.</summary>
    [MicroOpRow(S.Value2)] AndNot,

    /// <summary>Shifts and rotates take a count already masked (31 or 63) by the lifter; a count at or above the width is allowed for 8 and 16 bits.</summary>
    [MicroOpRow(S.Value2)] ShiftLeft,
    [MicroOpRow(S.Value2)] ShiftRight,
    [MicroOpRow(S.Value2)] ShiftArithmetic,
    [MicroOpRow(S.Value2)] RotateLeft,
    [MicroOpRow(S.Value2)] RotateRight,
    [MicroOpRow(S.Value2)] MultiplyLow,
    [MicroOpRow(S.Value2)] MultiplyHighUnsigned,
    [MicroOpRow(S.Value2)] MultiplyHighSigned,

    /// <summary>1 if the unsigned product does not fit Size bytes.</summary>
    [MicroOpRow(S.Value2)] MultiplyOverflowUnsigned,

    /// <summary>1 if the signed product does not fit Size bytes.</summary>
    [MicroOpRow(S.Value2)] MultiplyOverflowSigned,

    /// <summary>Bit B (modulo the width) of A.</summary>
    [MicroOpRow(S.Value2)] BitTest,
    [MicroOpRow(S.Value2)] BitSet,
    [MicroOpRow(S.Value2)] BitReset,
    [MicroOpRow(S.Value2)] BitComplement,

    /// <summary>BEXTR: B holds the start bit (bits 7..0) and the length (15..8).</summary>
    [MicroOpRow(S.Value2)] BitFieldExtract,

    /// <summary>BZHI: A with the bits from index B (its low byte) upward cleared.</summary>
    [MicroOpRow(S.Value2)] ZeroHighBits,

    /// <summary>PDEP and PEXT: A is the source, B the mask.</summary>
    [MicroOpRow(S.Value2)] DepositBits,
    [MicroOpRow(S.Value2)] ExtractBits,

    /// <summary>1 if A equals B, else 0.</summary>
    [MicroOpRow(S.Value2)] Equal,
    [MicroOpRow(S.Value3)] AddCarry,
    [MicroOpRow(S.Value3)] SubBorrow,

    /// <summary>C != 0 ? A : B.</summary>
    [MicroOpRow(S.Value3)] Select,

    /// <summary>SHLD and SHRD: A shifted by C (masked; 0 gives A), filled from B.</summary>
    [MicroOpRow(S.Value3)] ShiftLeftDouble,
    [MicroOpRow(S.Value3)] ShiftRightDouble,

    /// <summary>A rotated by B through the carry C (0 or 1).</summary>
    [MicroOpRow(S.Value3)] RotateCarryLeft,
    [MicroOpRow(S.Value3)] RotateCarryRight,

    /// <summary>A with its low Size bytes replaced by B.</summary>
    [MicroOpRow(S.Insert)] InsertLow,

    /// <summary>A with bits 15..8 replaced by the low byte of B.</summary>
    [MicroOpRow(S.Insert)] InsertHigh,

    // New flags words (RFLAGS positions, six flags), for SetFlags Raw.

    /// <summary>After ROL/ROR: A result, B count, C old word; a count of 0 keeps the word.</summary>
    [MicroOpRow(S.Word3)] RotateLeftFlags,
    [MicroOpRow(S.Word3)] RotateRightFlags,

    /// <summary>After RCL/RCR: A operand before, B count, C old word (its CF is the carry in).</summary>
    [MicroOpRow(S.Word3)] RotateCarryLeftFlags,
    [MicroOpRow(S.Word3)] RotateCarryRightFlags,

    /// <summary>After SHLD/SHRD with a count B that is not 0: A destination before, C result.</summary>
    [MicroOpRow(S.Word3)] ShiftLeftDoubleFlags,
    [MicroOpRow(S.Word3)] ShiftRightDoubleFlags,

    // Flags
    [MicroOpRow(S.SetFlags)] SetFlags,

    /// <summary>As SetFlags, unless B is 0: then the flags stay (shifts by CL).</summary>
    [MicroOpRow(S.SetFlags)] SetFlagsIfCount,
    [MicroOpRow(S.GetFlags)] ReadFlags,
    [MicroOpRow(S.GetFlags)] Condition,

    // Memory
    [MicroOpRow(S.Load)] Load,
    [MicroOpRow(S.Store)] Store,
    [MicroOpRow(S.Address)] LoadAddress,
    [MicroOpRow(S.Atomic)] AtomicExchange,
    [MicroOpRow(S.Atomic)] AtomicAdd,
    [MicroOpRow(S.Atomic)] AtomicAnd,
    [MicroOpRow(S.Atomic)] AtomicOr,
    [MicroOpRow(S.Atomic)] AtomicXor,
    [MicroOpRow(S.Atomic)] AtomicNegate,
    [MicroOpRow(S.Atomic)] AtomicCompareExchange,
    [MicroOpRow(S.VectorLoad)] VectorLoad,
    [MicroOpRow(S.VectorStore)] VectorStore,

    // Helpers: integer. Registers: 0 rax, 1 rcx, 2 rdx, 3 rbx, 4 rsp, 6 rsi, 7 rdi.

    /// <summary>(r)DX:(r)AX (AX for bytes) divided by A; #DE.</summary>
    [MicroOpRow(S.Helper, Reads = 0b101, Writes = 0b101, MayExit = true)] DivideUnsigned,
    [MicroOpRow(S.Helper, Reads = 0b101, Writes = 0b101, MayExit = true)] DivideSigned,

    // String instructions: Size, Aux = StringAux bits.
    [MicroOpRow(S.Helper, Reads = 0b11000010, Writes = 0b11000010, MayExit = true)] StringMove,
    [MicroOpRow(S.Helper, Reads = 0b10000011, Writes = 0b10000010, MayExit = true)] StringStore,
    [MicroOpRow(S.Helper, Reads = 0b01000011, Writes = 0b01000011, MayExit = true)] StringLoad,
    [MicroOpRow(S.Helper, Reads = 0b11000010, Writes = 0b11000010, MayExit = true, ReadsFlags = true, WritesFlags = true)] StringCompare,
    [MicroOpRow(S.Helper, Reads = 0b10000011, Writes = 0b10000010, MayExit = true, ReadsFlags = true, WritesFlags = true)] StringScan,

    /// <summary>CMPXCHG8B/16B at address A (a value register): Size 8 or 16.</summary>
    [MicroOpRow(S.Helper, Reads = 0b1111, Writes = 0b0101, MayExit = true, ReadsFlags = true, WritesFlags = true)] CompareExchangeWide,

    // Helpers: flags and system.

    /// <summary>Dst = RFLAGS as PUSHF stores it (RF and VM clear).</summary>
    [MicroOpRow(S.Helper, ReadsFlags = true)] ReadRflags,

    /// <summary>POPF: Size bytes of A, with the rules of the current privilege. The block ends with Dispatch.</summary>
    [MicroOpRow(S.Helper, ReadsFlags = true, WritesFlags = true, MayExit = true)] WriteRflags,

    /// <summary>DF = Aux.</summary>
    [MicroOpRow(S.Helper)] SetDirection,

    /// <summary>IF = Aux (CPL 0).</summary>
    [MicroOpRow(S.Helper)] SetInterrupt,

    /// <summary>Imm: instructions of the block, from this one on, that have not retired (the budget was charged for the whole block):
    /// <see cref="MicroBlock.RetiredCount"/> less the index of its instruction.</summary>
    [MicroOpRow(S.Helper, Writes = 0b101)] ReadTimestamp,
    [MicroOpRow(S.Helper, Writes = 0b111)] ReadTimestampAndId,
    [MicroOpRow(S.Helper, Reads = 0b11, Writes = 0b1111)] Cpuid,

    /// <summary>IRET with operand Size: pops and checks RIP, CS, RFLAGS, RSP, SS; sets RIP.</summary>
    [MicroOpRow(S.Helper, Reads = 0b10000, Writes = 0b10000, MayExit = true, WritesFlags = true, ReadsFlags = true)] InterruptReturn,

    /// <summary>Far return with operand Size and Imm bytes released.</summary>
    [MicroOpRow(S.Helper, Reads = 0b10000, Writes = 0b10000, MayExit = true)] FarReturn,

    /// <summary>MOV Sreg, A: Aux is the segment (0 ES, 1 CS, 2 SS, 3 DS, 4 FS, 5 GS).</summary>
    [MicroOpRow(S.Helper, MayExit = true)] LoadSegment,
    [MicroOpRow(S.Helper)] ReadSegment,

    /// <summary>SYSCALL and SYSRET with architectural semantics; Imm is the next RIP; set RIP.</summary>
    [MicroOpRow(S.Helper, Writes = 0x802, ReadsFlags = true, WritesFlags = true, MayExit = true)] ArchitecturalSyscall,
    [MicroOpRow(S.Helper, Reads = 0x802, ReadsFlags = true, WritesFlags = true, MayExit = true)] ArchitecturalSysret,
    [MicroOpRow(S.Helper)] SwapGs,

    /// <summary>Dst = base of segment Aux (4 FS, 5 GS), for helpers that take a whole address.</summary>
    [MicroOpRow(S.Helper)] ReadSegmentBase,

    // Helpers: x87 and SSE state. A is a value register with the (segmented) address.
    // Size is 8 for the REX.W forms of FXSAVE and FXRSTOR (64-bit instruction and data pointers), else 4.
    [MicroOpRow(S.Helper, MayExit = true)] FxSave,
    [MicroOpRow(S.Helper, MayExit = true)] FxRestore,

    /// <summary>MXCSR = A, the value itself; #GP on reserved bits.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] LoadMxcsr,

    /// <summary>Dst = MXCSR.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] ReadMxcsr,

    /// <summary>FNINIT, FNCLEX, EMMS and the moves of control and status words: Aux selects (X87Control).</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Control,

    // Vectors: SSE2 moves and integer arithmetic
}
