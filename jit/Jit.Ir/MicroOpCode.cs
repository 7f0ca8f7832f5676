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

    /// <summary>#GP(0) if A is no canonical address: the target of a branch, checked before the branch does anything.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] CheckTarget,

    /// <summary>IF = Aux; #GP if CPL is above IOPL.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] SetInterrupt,

    /// <summary>Imm: instructions of the block, from this one on, that have not retired (the budget was charged for the whole block):
    /// <see cref="MicroBlock.RetiredCount"/> less the index of its instruction.</summary>
    [MicroOpRow(S.Helper, Reads = 0b101, Writes = 0b101, MayExit = true)] ReadTimestamp,
    [MicroOpRow(S.Helper, Reads = 0b111, Writes = 0b111, MayExit = true)] ReadTimestampAndId,
    [MicroOpRow(S.Helper, Reads = 0b11, Writes = 0b1111)] Cpuid,

    /// <summary>IRET with operand Size: pops and checks RIP, CS, RFLAGS, RSP, SS; sets RIP.</summary>
    [MicroOpRow(S.Helper, Reads = 0b10000, Writes = 0b10000, MayExit = true, WritesFlags = true, ReadsFlags = true)] InterruptReturn,

    /// <summary>Far return with operand Size and Imm bytes released.</summary>
    [MicroOpRow(S.Helper, Reads = 0b10000, Writes = 0b10000, MayExit = true)] FarReturn,

    /// <summary>MOV Sreg, A: Aux is the segment (0 ES, 1 CS, 2 SS, 3 DS, 4 FS, 5 GS).</summary>
    [MicroOpRow(S.Helper, MayExit = true)] LoadSegment,
    [MicroOpRow(S.Helper)] ReadSegment,

    /// <summary>SYSCALL and SYSRET with architectural semantics; Imm is the next RIP; set RIP.</summary>
    [MicroOpRow(S.Helper, Reads = 0x802, Writes = 0x802, ReadsFlags = true, WritesFlags = true, MayExit = true)] ArchitecturalSyscall,
    [MicroOpRow(S.Helper, Reads = 0x802, ReadsFlags = true, WritesFlags = true, MayExit = true)] ArchitecturalSysret,
    [MicroOpRow(S.Helper)] SwapGs,

    /// <summary>Dst = base of segment Aux (4 FS, 5 GS), for helpers that take a whole address.</summary>
    [MicroOpRow(S.Helper)] ReadSegmentBase,

    // Helpers: system instructions

    /// <summary>Dst = control register Aux, or the reverse. Size 8.</summary>
    [MicroOpRow(S.Helper)] ReadControl,
    [MicroOpRow(S.Helper, MayExit = true)] WriteControl,

    /// <summary>LMSW: the low four bits of CR0 from A, PE set only. CLTS if A is None.</summary>
    [MicroOpRow(S.Helper)] LoadMachineStatus,

    /// <summary>Dst = debug register Aux, or the reverse.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] ReadDebug,
    [MicroOpRow(S.Helper, MayExit = true)] WriteDebug,

    /// <summary>RDMSR and WRMSR at CPL 0.</summary>
    [MicroOpRow(S.Helper, Reads = 0b111, Writes = 0b101, MayExit = true)] ReadModelSpecific,
    [MicroOpRow(S.Helper, Reads = 0b111, MayExit = true)] WriteModelSpecific,

    /// <summary>SGDT, SIDT and LGDT, LIDT at address A: Aux is a <see cref="SystemTable"/>.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] StoreSystemTable,
    [MicroOpRow(S.Helper, MayExit = true)] LoadSystemTable,

    /// <summary>Dst = LDTR or TR, or the reverse with checks: Aux is a <see cref="SystemTable"/>.</summary>
    [MicroOpRow(S.Helper)] ReadSystemSelector,
    [MicroOpRow(S.Helper, MayExit = true)] LoadSystemSelector,

    /// <summary>LAR, LSL, VERR, VERW of selector A: Aux is a <see cref="SelectorQuestion"/>. ZF, and Size bytes of Dst (which is B) if there is an answer.</summary>
    [MicroOpRow(S.Helper, ReadsFlags = true, WritesFlags = true)] InspectSelector,

    /// <summary>IN: Dst from port A, or port Imm if A is None. OUT: A to port B, or Imm.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] PortInput,
    [MicroOpRow(S.Helper, MayExit = true)] PortOutput,

    /// <summary>INS and OUTS: Size, Aux = StringAux bits.</summary>
    [MicroOpRow(S.Helper, Reads = 0b10000110, Writes = 0b10000010, MayExit = true)] PortInputString,
    [MicroOpRow(S.Helper, Reads = 0b01000110, Writes = 0b01000010, MayExit = true)] PortOutputString,

    /// <summary>Far JMP and CALL to offset A, selector B, with operand Size; Imm is the next RIP. Set RIP.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] FarJump,
    [MicroOpRow(S.Helper, Reads = 0b10000, Writes = 0b10000, MayExit = true)] FarCall,

    /// <summary>RDFSBASE and so on: Dst = base of segment Aux (4 FS, 5 GS), or the reverse; #UD without CR4.FSGSBASE.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] ReadUserBase,
    [MicroOpRow(S.Helper, MayExit = true)] WriteUserBase,

    /// <summary>RDRAND and RDSEED: Size bytes into Dst, which is not extended. Flags: CF alone.</summary>
    [MicroOpRow(S.Helper, WritesFlags = true)] RandomNumber,

    /// <summary>Dst = IA32_TSC_AUX.</summary>
    [MicroOpRow(S.Helper)] ReadProcessorId,

    /// <summary>XGETBV and XSETBV.</summary>
    [MicroOpRow(S.Helper, Reads = 0b111, Writes = 0b101, MayExit = true, AllVectors = true)] ReadExtendedControl,
    [MicroOpRow(S.Helper, Reads = 0b111, MayExit = true)] WriteExtendedControl,

    /// <summary>XSAVE, XSAVEOPT, XSAVEC to address A: Aux is an <see cref="XsaveForm"/>. XRSTOR from it. Size is 8 with REX.W, else 4.</summary>
    [MicroOpRow(S.Helper, Reads = 0b101, MayExit = true, AllVectors = true)] XsaveImage,
    [MicroOpRow(S.Helper, Reads = 0b101, MayExit = true, AllVectors = true)] XrestoreImage,

    /// <summary>INVLPG of address A.</summary>
    [MicroOpRow(S.Helper)] InvalidatePage,

    /// <summary>CRC32: A is the checksum so far (32 bits), B Size bytes of data.</summary>
    [MicroOpRow(S.Word3)] Crc32,

    // Helpers: x87 and SSE state. A is a value register with the (segmented) address.
    // Size is 8 for the REX.W forms of FXSAVE and FXRSTOR (64-bit instruction and data pointers), else 4.
    [MicroOpRow(S.Helper, MayExit = true, AllVectors = true)] FxSave,
    [MicroOpRow(S.Helper, MayExit = true, AllVectors = true)] FxRestore,

    /// <summary>MXCSR = A, the value itself; #GP on reserved bits.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] LoadMxcsr,

    /// <summary>Dst = MXCSR.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] ReadMxcsr,

    /// <summary>FNINIT, FNCLEX, EMMS and the moves of control and status words: Aux selects (X87Control).</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Control,

    // x87: Imm as X87Instruction packs it, which also names the registers. A: value register with the linear address of a memory operand.

    /// <summary>FADD, FMUL, FSUB, FSUBR, FDIV, FDIVR and their forms with integers.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Arithmetic,

    /// <summary>FCOM, FUCOM, FICOM, FTST: to the condition codes. Aux: X87Compare bits.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Compare,

    /// <summary>FCOMI and FUCOMI: to the flags. Aux: X87Compare bits.</summary>
    [MicroOpRow(S.Helper, MayExit = true, ReadsFlags = true, WritesFlags = true)] X87CompareFlags,

    /// <summary>FLD, FILD, FBLD from memory. Aux: X87Format.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Load,

    /// <summary>FST, FIST, FISTTP, FBSTP to memory. Aux: X87Format and X87Store bits.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Store,

    /// <summary>Instructions on registers alone. Aux: X87Function. A of FCMOV: not 0 if the condition holds.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Register,

    /// <summary>FNSTENV, FLDENV, FNSAVE, FRSTOR at address A. Size 2: the 16-bit layout. Aux: X87Image.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] X87Environment,

    /// <summary>Dst = MMX register Aux; #UD and #MF of an MMX instruction. No exit after it but those of memory operands.</summary>
    [MicroOpRow(S.Helper, MayExit = true)] MmxRead,

    /// <summary>MMX register Aux = A unless that is None; the x87 state becomes that of MMX.</summary>
    [MicroOpRow(S.Helper)] MmxWrite,

    // Vectors: moves
    [MicroOpRow(S.Vector)] VectorMove,

    /// <summary>MOVSS of registers: A with its lowest 32 bits from B.</summary>
    [MicroOpRow(S.Vector)] VectorMergeLow32,

    /// <summary>MOVSD of registers, MOVLPS and MOVLPD loads: A with its low half from B.</summary>
    [MicroOpRow(S.Vector)] VectorMergeLow64,

    /// <summary>MOVLHPS, MOVHPS and MOVHPD loads: A with its high half from the low half of B.</summary>
    [MicroOpRow(S.Vector)] VectorMergeHigh64,

    /// <summary>MOVHLPS: A with its low half from the high half of B.</summary>
    [MicroOpRow(S.Vector)] VectorHighToLow64,

    /// <summary>MOVQ of registers: the low half of A, the rest zero.</summary>
    [MicroOpRow(S.Vector)] VectorZeroHigh64,

    /// <summary>MOVD and MOVQ: the value, the rest zero; A does not matter.</summary>
    [MicroOpRow(S.ValueToVector)] VectorFromValue,

    /// <summary>A with its element Imm (modulo their number), of so many bits, replaced by the value.</summary>
    [MicroOpRow(S.ValueToVector)] VectorInsert8,
    [MicroOpRow(S.ValueToVector)] VectorInsert16, [MicroOpRow(S.ValueToVector)] VectorInsert32, [MicroOpRow(S.ValueToVector)] VectorInsert64,

    /// <summary>The element Imm (modulo their number), of so many bits.</summary>
    [MicroOpRow(S.VectorToValue)] VectorExtract8,
    [MicroOpRow(S.VectorToValue)] VectorExtract16, [MicroOpRow(S.VectorToValue)] VectorExtract32, [MicroOpRow(S.VectorToValue)] VectorExtract64,

    /// <summary>The sign bits of elements of so many bits, element 0 in bit 0.</summary>
    [MicroOpRow(S.VectorToValue)] VectorSigns8,
    [MicroOpRow(S.VectorToValue)] VectorSigns32, [MicroOpRow(S.VectorToValue)] VectorSigns64,

    // Vectors: logic
    [MicroOpRow(S.Vector)] VectorAnd, [MicroOpRow(S.Vector)] VectorOr, [MicroOpRow(S.Vector)] VectorXor,

    /// <summary>~A &amp; B.</summary>
    [MicroOpRow(S.Vector)] VectorAndNot,

    /// <summary>PTEST: the flags word, ZF if A &amp; B is zero, CF if ~A &amp; B is. The others (VTESTPS, VTESTPD) look at sign bits only; Wide: at 256 bits.</summary>
    [MicroOpRow(S.VectorsToValue)] VectorTest,
    [MicroOpRow(S.VectorsToValue)] VectorTestSigns32, [MicroOpRow(S.VectorsToValue)] VectorTestSigns64, [MicroOpRow(S.WideToValue)] WideTest,
    [MicroOpRow(S.WideToValue)] WideTestSigns32, [MicroOpRow(S.WideToValue)] WideTestSigns64,

    /// <summary>The sign bits of the elements of all 256 bits, element 0 in bit 0.</summary>
    [MicroOpRow(S.WideToValue)] WideSigns8,
    [MicroOpRow(S.WideToValue)] WideSigns32, [MicroOpRow(S.WideToValue)] WideSigns64,

    // Vectors: additions
    [MicroOpRow(S.Vector)] PackedAdd8, [MicroOpRow(S.Vector)] PackedAdd16, [MicroOpRow(S.Vector)] PackedAdd32, [MicroOpRow(S.Vector)] PackedAdd64,
    [MicroOpRow(S.Vector)] PackedSub8, [MicroOpRow(S.Vector)] PackedSub16, [MicroOpRow(S.Vector)] PackedSub32, [MicroOpRow(S.Vector)] PackedSub64,
    [MicroOpRow(S.Vector)] PackedAddSaturateSigned8, [MicroOpRow(S.Vector)] PackedAddSaturateSigned16, [MicroOpRow(S.Vector)] PackedAddSaturateUnsigned8,
    [MicroOpRow(S.Vector)] PackedAddSaturateUnsigned16, [MicroOpRow(S.Vector)] PackedSubSaturateSigned8, [MicroOpRow(S.Vector)] PackedSubSaturateSigned16,
    [MicroOpRow(S.Vector)] PackedSubSaturateUnsigned8, [MicroOpRow(S.Vector)] PackedSubSaturateUnsigned16,

    // Vectors: sums and differences of neighbours (SSSE3)
    [MicroOpRow(S.Vector)] PackedHorizontalAdd16, [MicroOpRow(S.Vector)] PackedHorizontalAdd32, [MicroOpRow(S.Vector)] PackedHorizontalAddSaturate16,
    [MicroOpRow(S.Vector)] PackedHorizontalSub16, [MicroOpRow(S.Vector)] PackedHorizontalSub32, [MicroOpRow(S.Vector)] PackedHorizontalSubSaturate16,

    // Vectors: products
    [MicroOpRow(S.Vector)] PackedMultiplyLow16, [MicroOpRow(S.Vector)] PackedMultiplyLow32, [MicroOpRow(S.Vector)] PackedMultiplyHighSigned16,
    [MicroOpRow(S.Vector)] PackedMultiplyHighUnsigned16,

    /// <summary>PMULHRSW: bits 30..15 of the signed products, rounded.</summary>
    [MicroOpRow(S.Vector)] PackedMultiplyRounded16,

    /// <summary>PMULUDQ: 64-bit products of the even 32-bit elements.</summary>
    [MicroOpRow(S.Vector)] PackedMultiplyUnsigned32,

    /// <summary>PMULDQ: 64-bit products of the even 32-bit elements.</summary>
    [MicroOpRow(S.Vector)] PackedMultiplySigned32,

    /// <summary>PMADDWD: sums of neighbouring signed products.</summary>
    [MicroOpRow(S.Vector)] PackedMultiplyAdd16,

    /// <summary>PMADDUBSW: saturated sums of neighbouring products of unsigned bytes of A with signed bytes of B.</summary>
    [MicroOpRow(S.Vector)] PackedMultiplyAdd8,

    /// <summary>PSADBW: for each half the sum of absolute differences of unsigned bytes.</summary>
    [MicroOpRow(S.Vector)] PackedDifferenceSums,

    // Vectors: comparisons
    [MicroOpRow(S.Vector)] PackedEqual8, [MicroOpRow(S.Vector)] PackedEqual16, [MicroOpRow(S.Vector)] PackedEqual32, [MicroOpRow(S.Vector)] PackedEqual64,
    [MicroOpRow(S.Vector)] PackedGreater8, [MicroOpRow(S.Vector)] PackedGreater16, [MicroOpRow(S.Vector)] PackedGreater32, [MicroOpRow(S.Vector)] PackedGreater64,
    [MicroOpRow(S.Vector)] PackedMinSigned8, [MicroOpRow(S.Vector)] PackedMinSigned16, [MicroOpRow(S.Vector)] PackedMinSigned32, [MicroOpRow(S.Vector)] PackedMinUnsigned8,
    [MicroOpRow(S.Vector)] PackedMinUnsigned16, [MicroOpRow(S.Vector)] PackedMinUnsigned32, [MicroOpRow(S.Vector)] PackedMaxSigned8,
    [MicroOpRow(S.Vector)] PackedMaxSigned16, [MicroOpRow(S.Vector)] PackedMaxSigned32, [MicroOpRow(S.Vector)] PackedMaxUnsigned8,
    [MicroOpRow(S.Vector)] PackedMaxUnsigned16, [MicroOpRow(S.Vector)] PackedMaxUnsigned32, [MicroOpRow(S.Vector)] PackedAverage8, [MicroOpRow(S.Vector)] PackedAverage16,

    // Vectors: signs (SSSE3)
    [MicroOpRow(S.Vector)] PackedAbsolute8, [MicroOpRow(S.Vector)] PackedAbsolute16, [MicroOpRow(S.Vector)] PackedAbsolute32,

    /// <summary>A negated where B is negative, 0 where B is 0.</summary>
    [MicroOpRow(S.Vector)] PackedSign8,
    [MicroOpRow(S.Vector)] PackedSign16, [MicroOpRow(S.Vector)] PackedSign32,

    // Vectors: shifts; the count is Imm, or the low 64 bits of B if Imm is -1 (the same in both halves of B)
    [MicroOpRow(S.Vector)] PackedShiftLeft16, [MicroOpRow(S.Vector)] PackedShiftLeft32, [MicroOpRow(S.Vector)] PackedShiftLeft64,
    [MicroOpRow(S.Vector)] PackedShiftRight16, [MicroOpRow(S.Vector)] PackedShiftRight32, [MicroOpRow(S.Vector)] PackedShiftRight64,
    [MicroOpRow(S.Vector)] PackedShiftArithmetic16, [MicroOpRow(S.Vector)] PackedShiftArithmetic32,

    /// <summary>PSLLDQ: by Imm bytes.</summary>
    [MicroOpRow(S.Vector)] VectorShiftLeftBytes,

    /// <summary>PSRLDQ: by Imm bytes.</summary>
    [MicroOpRow(S.Vector)] VectorShiftRightBytes,

    /// <summary>PALIGNR: the 32 bytes A:B shifted right by Imm bytes.</summary>
    [MicroOpRow(S.Vector)] VectorAlignRight,

    // Vectors: packing, interleaving, widening
    /// <summary>PACKSSWB: A below B, saturated to signed bytes.</summary>
    [MicroOpRow(S.Vector)] PackedPackSigned16,

    /// <summary>PACKSSDW.</summary>
    [MicroOpRow(S.Vector)] PackedPackSigned32,

    /// <summary>PACKUSWB: signed words saturated to unsigned bytes.</summary>
    [MicroOpRow(S.Vector)] PackedPackUnsigned16,

    /// <summary>PACKUSDW.</summary>
    [MicroOpRow(S.Vector)] PackedPackUnsigned32,
    [MicroOpRow(S.Vector)] PackedInterleaveLow8, [MicroOpRow(S.Vector)] PackedInterleaveLow16, [MicroOpRow(S.Vector)] PackedInterleaveLow32,
    [MicroOpRow(S.Vector)] PackedInterleaveLow64, [MicroOpRow(S.Vector)] PackedInterleaveHigh8, [MicroOpRow(S.Vector)] PackedInterleaveHigh16,
    [MicroOpRow(S.Vector)] PackedInterleaveHigh32, [MicroOpRow(S.Vector)] PackedInterleaveHigh64, [MicroOpRow(S.Vector)] PackedZeroExtend8To16,
    [MicroOpRow(S.Vector)] PackedZeroExtend8To32, [MicroOpRow(S.Vector)] PackedZeroExtend8To64, [MicroOpRow(S.Vector)] PackedZeroExtend16To32,
    [MicroOpRow(S.Vector)] PackedZeroExtend16To64, [MicroOpRow(S.Vector)] PackedZeroExtend32To64, [MicroOpRow(S.Vector)] PackedSignExtend8To16,
    [MicroOpRow(S.Vector)] PackedSignExtend8To32, [MicroOpRow(S.Vector)] PackedSignExtend8To64, [MicroOpRow(S.Vector)] PackedSignExtend16To32,
    [MicroOpRow(S.Vector)] PackedSignExtend16To64, [MicroOpRow(S.Vector)] PackedSignExtend32To64,

    // Vectors: shuffles
    /// <summary>PSHUFD: two bits of Imm select each 32-bit element.</summary>
    [MicroOpRow(S.Vector)] PackedShuffle32,

    /// <summary>PSHUFLW.</summary>
    [MicroOpRow(S.Vector)] PackedShuffleLow16,

    /// <summary>PSHUFHW.</summary>
    [MicroOpRow(S.Vector)] PackedShuffleHigh16,

    /// <summary>SHUFPS: two elements of A, then two of B.</summary>
    [MicroOpRow(S.Vector)] PackedShufflePair32,

    /// <summary>SHUFPD: one element of A, then one of B.</summary>
    [MicroOpRow(S.Vector)] PackedShufflePair64,

    /// <summary>PSHUFB: each byte of B selects a byte of A, or 0 if its sign bit is set.</summary>
    [MicroOpRow(S.Vector)] PackedShuffleBytes,

    /// <summary>The low half of A in both halves.</summary>
    [MicroOpRow(S.VectorWide)] VectorRepeatLow128,

    /// <summary>PBLENDW: the 16-bit elements of B where Imm has a bit, else those of A.</summary>
    [MicroOpRow(S.Vector)] PackedBlend16,

    // Floating point (SSE, AVX, FMA, F16C) under MXCSR. Scalar forms compute element 0 and take the others from A; of unary ones B is the operand.
    [MicroOpRow(S.Float)] FloatAdd32, [MicroOpRow(S.Float)] FloatAdd64, [MicroOpRow(S.Float)] FloatAddScalar32, [MicroOpRow(S.Float)] FloatAddScalar64,
    [MicroOpRow(S.Float)] FloatSub32, [MicroOpRow(S.Float)] FloatSub64, [MicroOpRow(S.Float)] FloatSubScalar32, [MicroOpRow(S.Float)] FloatSubScalar64,
    [MicroOpRow(S.Float)] FloatMul32, [MicroOpRow(S.Float)] FloatMul64, [MicroOpRow(S.Float)] FloatMulScalar32, [MicroOpRow(S.Float)] FloatMulScalar64,
    [MicroOpRow(S.Float)] FloatDiv32, [MicroOpRow(S.Float)] FloatDiv64, [MicroOpRow(S.Float)] FloatDivScalar32, [MicroOpRow(S.Float)] FloatDivScalar64,
    [MicroOpRow(S.Float)] FloatMin32, [MicroOpRow(S.Float)] FloatMin64, [MicroOpRow(S.Float)] FloatMinScalar32, [MicroOpRow(S.Float)] FloatMinScalar64,
    [MicroOpRow(S.Float)] FloatMax32, [MicroOpRow(S.Float)] FloatMax64, [MicroOpRow(S.Float)] FloatMaxScalar32, [MicroOpRow(S.Float)] FloatMaxScalar64,
    [MicroOpRow(S.Float)] FloatSqrt32, [MicroOpRow(S.Float)] FloatSqrt64, [MicroOpRow(S.Float)] FloatSqrtScalar32, [MicroOpRow(S.Float)] FloatSqrtScalar64,

    // Approximations: they neither look at MXCSR nor raise anything.
    [MicroOpRow(S.Vector)] FloatReciprocal32, [MicroOpRow(S.Vector)] FloatReciprocalScalar32,
    [MicroOpRow(S.Vector)] FloatReciprocalSqrt32, [MicroOpRow(S.Vector)] FloatReciprocalSqrtScalar32,

    // Comparisons: Imm is the predicate, 0 to 31; elements become all ones or 0.
    [MicroOpRow(S.Float)] FloatCompare32, [MicroOpRow(S.Float)] FloatCompare64, [MicroOpRow(S.Float)] FloatCompareScalar32, [MicroOpRow(S.Float)] FloatCompareScalar64,

    // COMIS (Imm 0) and UCOMIS (Imm 1): the word that FlagKind.FloatCompare wants.
    [MicroOpRow(S.FloatToValue)] FloatCompareFlags32, [MicroOpRow(S.FloatToValue)] FloatCompareFlags64,

    // Sums and differences by turns and of neighbours; DPPS and DPPD; to whole numbers (Imm bits 0-1 RC, 2 RC of MXCSR instead, 3 no precision exception).
    [MicroOpRow(S.Float)] FloatAddSub32, [MicroOpRow(S.Float)] FloatAddSub64,
    [MicroOpRow(S.Float)] FloatHorizontalAdd32, [MicroOpRow(S.Float)] FloatHorizontalAdd64,
    [MicroOpRow(S.Float)] FloatHorizontalSub32, [MicroOpRow(S.Float)] FloatHorizontalSub64,
    [MicroOpRow(S.Float)] FloatDotProduct32, [MicroOpRow(S.FloatWide)] FloatDotProduct32Wide, [MicroOpRow(S.Float)] FloatDotProduct64,
    [MicroOpRow(S.Float)] FloatRound32, [MicroOpRow(S.Float)] FloatRound64, [MicroOpRow(S.Float)] FloatRoundScalar32, [MicroOpRow(S.Float)] FloatRoundScalar64,

    // A * B + C with the signs that the names say. Scalar: Imm tells whose upper elements stay, 0 A's, 1 B's, 2 C's.
    [MicroOpRow(S.Float3)] FloatMultiplyAdd32, [MicroOpRow(S.Float3)] FloatMultiplyAdd64,
    [MicroOpRow(S.Float3)] FloatMultiplyAddScalar32, [MicroOpRow(S.Float3)] FloatMultiplyAddScalar64,
    [MicroOpRow(S.Float3)] FloatMultiplySub32, [MicroOpRow(S.Float3)] FloatMultiplySub64,
    [MicroOpRow(S.Float3)] FloatMultiplySubScalar32, [MicroOpRow(S.Float3)] FloatMultiplySubScalar64,
    [MicroOpRow(S.Float3)] FloatNegatedMultiplyAdd32, [MicroOpRow(S.Float3)] FloatNegatedMultiplyAdd64,
    [MicroOpRow(S.Float3)] FloatNegatedMultiplyAddScalar32, [MicroOpRow(S.Float3)] FloatNegatedMultiplyAddScalar64,
    [MicroOpRow(S.Float3)] FloatNegatedMultiplySub32, [MicroOpRow(S.Float3)] FloatNegatedMultiplySub64,
    [MicroOpRow(S.Float3)] FloatNegatedMultiplySubScalar32, [MicroOpRow(S.Float3)] FloatNegatedMultiplySubScalar64,
    [MicroOpRow(S.Float3)] FloatMultiplyAddSub32, [MicroOpRow(S.Float3)] FloatMultiplyAddSub64,
    [MicroOpRow(S.Float3)] FloatMultiplySubAdd32, [MicroOpRow(S.Float3)] FloatMultiplySubAdd64,

    // Conversions, named Convert, from, To, to. "Wide": between four or eight elements of different size, across halves; a result of 128 bits has an upper half of 0.
    [MicroOpRow(S.Float)] ConvertInt32ToFloat32, [MicroOpRow(S.Vector)] ConvertInt32ToFloat64, [MicroOpRow(S.VectorWide)] ConvertInt32ToFloat64Wide,
    [MicroOpRow(S.Float)] ConvertFloat32ToFloat64, [MicroOpRow(S.FloatWide)] ConvertFloat32ToFloat64Wide, [MicroOpRow(S.Float)] ConvertFloat32ToFloat64Scalar,
    [MicroOpRow(S.Float)] ConvertFloat64ToFloat32, [MicroOpRow(S.FloatWide)] ConvertFloat64ToFloat32Wide, [MicroOpRow(S.Float)] ConvertFloat64ToFloat32Scalar,
    [MicroOpRow(S.Float)] ConvertFloat32ToInt32, [MicroOpRow(S.Float)] TruncateFloat32ToInt32,
    [MicroOpRow(S.Float)] ConvertFloat64ToInt32, [MicroOpRow(S.FloatWide)] ConvertFloat64ToInt32Wide,
    [MicroOpRow(S.Float)] TruncateFloat64ToInt32, [MicroOpRow(S.FloatWide)] TruncateFloat64ToInt32Wide,
    [MicroOpRow(S.ValueToFloat)] ConvertValue32ToFloat32, [MicroOpRow(S.ValueToFloat)] ConvertValue64ToFloat32,
    [MicroOpRow(S.ValueToVector)] ConvertValue32ToFloat64, [MicroOpRow(S.ValueToFloat)] ConvertValue64ToFloat64,
    [MicroOpRow(S.FloatToValue)] ConvertFloat32ToValue32, [MicroOpRow(S.FloatToValue)] ConvertFloat32ToValue64,
    [MicroOpRow(S.FloatToValue)] ConvertFloat64ToValue32, [MicroOpRow(S.FloatToValue)] ConvertFloat64ToValue64,
    [MicroOpRow(S.FloatToValue)] TruncateFloat32ToValue32, [MicroOpRow(S.FloatToValue)] TruncateFloat32ToValue64,
    [MicroOpRow(S.FloatToValue)] TruncateFloat64ToValue32, [MicroOpRow(S.FloatToValue)] TruncateFloat64ToValue64,

    // Half precision: the low 64 bits hold four (128 for Wide: eight). To halves: Imm as in VCVTPS2PH, bits 0-1 RC, 2 RC of MXCSR instead.
    [MicroOpRow(S.Float)] ConvertFloat16ToFloat32, [MicroOpRow(S.FloatWide)] ConvertFloat16ToFloat32Wide,
    [MicroOpRow(S.Float)] ConvertFloat32ToFloat16, [MicroOpRow(S.FloatWide)] ConvertFloat32ToFloat16Wide,

    // Vectors: what SSE4.1 and AVX add
    [MicroOpRow(S.Vector)] PackedBlend32, [MicroOpRow(S.Vector)] PackedBlend64,

    /// <summary>Elements of B where those of C are negative, else those of A.</summary>
    [MicroOpRow(S.Vector3)] PackedBlendBySign8,
    [MicroOpRow(S.Vector3)] PackedBlendBySign32, [MicroOpRow(S.Vector3)] PackedBlendBySign64,

    /// <summary>Element 0 of A in all elements.</summary>
    [MicroOpRow(S.Vector)] PackedBroadcast8,
    [MicroOpRow(S.Vector)] PackedBroadcast16,

    /// <summary>VPERMILPS and VPERMILPD with a vector B of selectors: bits 1..0 of each 32, bit 1 of each 64.</summary>
    [MicroOpRow(S.Vector)] PackedPermuteBy32,
    [MicroOpRow(S.Vector)] PackedPermuteBy64,

    /// <summary>VPSLLVD and its kin: each element has its count in B.</summary>
    [MicroOpRow(S.Vector)] PackedShiftLeftBy32,
    [MicroOpRow(S.Vector)] PackedShiftLeftBy64, [MicroOpRow(S.Vector)] PackedShiftRightBy32, [MicroOpRow(S.Vector)] PackedShiftRightBy64,
    [MicroOpRow(S.Vector)] PackedShiftArithmeticBy32,

    /// <summary>MPSADBW: sums of four absolute differences between a block of B and eight overlapping ones of A.</summary>
    [MicroOpRow(S.Vector)] PackedBlockDifferences,

    /// <summary>PHMINPOSUW.</summary>
    [MicroOpRow(S.Vector)] PackedMinimumPosition16,

    /// <summary>INSERTPS of registers: element Imm[7:6] of B becomes element Imm[5:4] of A; then those in Imm[3:0] become zero.</summary>
    [MicroOpRow(S.Vector)] PackedInsertScalar32,

    // Vectors of 256 bits: what crosses halves
    [MicroOpRow(S.VectorWide)] WideBroadcast8, [MicroOpRow(S.VectorWide)] WideBroadcast16, [MicroOpRow(S.VectorWide)] WideBroadcast32,
    [MicroOpRow(S.VectorWide)] WideBroadcast64,

    /// <summary>A with its half Imm (0 or 1) replaced by the low half of B.</summary>
    [MicroOpRow(S.VectorWide)] WideInsert128,

    /// <summary>Half Imm (0 or 1) of A, the rest zero.</summary>
    [MicroOpRow(S.VectorWide)] WideExtract128,
    [MicroOpRow(S.VectorWide)] WidePermute128, [MicroOpRow(S.VectorWide)] WidePermute64,

    /// <summary>VPERMD: element i is the one of A that bits 2..0 of element i of B select.</summary>
    [MicroOpRow(S.VectorWide)] WidePermute32,
    [MicroOpRow(S.VectorWide)] WideZeroExtend8To16, [MicroOpRow(S.VectorWide)] WideZeroExtend8To32, [MicroOpRow(S.VectorWide)] WideZeroExtend8To64,
    [MicroOpRow(S.VectorWide)] WideZeroExtend16To32, [MicroOpRow(S.VectorWide)] WideZeroExtend16To64, [MicroOpRow(S.VectorWide)] WideZeroExtend32To64,
    [MicroOpRow(S.VectorWide)] WideSignExtend8To16, [MicroOpRow(S.VectorWide)] WideSignExtend8To32, [MicroOpRow(S.VectorWide)] WideSignExtend8To64,
    [MicroOpRow(S.VectorWide)] WideSignExtend16To32, [MicroOpRow(S.VectorWide)] WideSignExtend16To64, [MicroOpRow(S.VectorWide)] WideSignExtend32To64,

    // Vectors: cryptography, named as the instructions
    [MicroOpRow(S.Vector)] AesEncrypt, [MicroOpRow(S.Vector)] AesEncryptLast, [MicroOpRow(S.Vector)] AesDecrypt, [MicroOpRow(S.Vector)] AesDecryptLast,
    [MicroOpRow(S.Vector)] AesInverseMixColumns, [MicroOpRow(S.Vector)] AesKeygenAssist, [MicroOpRow(S.Vector)] CarrylessMultiply, [MicroOpRow(S.Vector)] GaloisAffine,
    [MicroOpRow(S.Vector)] GaloisAffineInverse, [MicroOpRow(S.Vector)] GaloisMultiply, [MicroOpRow(S.Vector)] Sha1Rounds, [MicroOpRow(S.Vector)] Sha1NextE,
    [MicroOpRow(S.Vector)] Sha1Message1, [MicroOpRow(S.Vector)] Sha1Message2,

    /// <summary>SHA256RNDS2: A is CDGH, B is ABEF, C holds two words of message and constant.</summary>
    [MicroOpRow(S.Vector3)] Sha256Rounds,
    [MicroOpRow(S.Vector)] Sha256Message1, [MicroOpRow(S.Vector)] Sha256Message2,

    // Helpers on vectors

    /// <summary>VZEROUPPER and VZEROALL. Compiled code does the former itself.</summary>
    [MicroOpRow(S.Helper, AllVectors = true)] VectorZeroUppers,
    [MicroOpRow(S.Helper, AllVectors = true)] VectorZeroAll,

    /// <summary>VMASKMOV loads Size bytes at address A into Dst, stores them from C: elements of Aux (1, 4, 8) bytes whose sign in B is set. The others are not touched in memory.</summary>
    [MicroOpRow(S.Helper, MayExit = true, VectorOperands = VectorOperand.Dst | VectorOperand.B)] MaskedLoad,
    [MicroOpRow(S.Helper, MayExit = true, VectorOperands = VectorOperand.B | VectorOperand.C)] MaskedStore,

    /// <summary>Gathers elements of Dst: A is the base, Imm the displacement, B the indices, C the mask, which is used up; Aux: <see cref="GatherAux"/>.</summary>
    [MicroOpRow(S.Helper, MayExit = true, VectorOperands = VectorOperand.Dst | VectorOperand.B | VectorOperand.C)] Gather,

    /// <summary>PCMPESTRI, PCMPISTRI (into RCX) and PCMPESTRM, PCMPISTRM (into Dst) of A and B; Imm is the instruction's, Aux: <see cref="CompareStringsAux"/>.</summary>
    [MicroOpRow(S.Helper, Reads = 0b101, Writes = 0b10, WritesFlags = true, VectorOperands = VectorOperand.A | VectorOperand.B)] CompareStringsIndex,
    [MicroOpRow(S.Helper, Reads = 0b101, WritesFlags = true, VectorOperands = VectorOperand.Dst | VectorOperand.A | VectorOperand.B)] CompareStringsMask,
}
