using Iced.Intel;
using K = Iced.Intel.OpCodeOperandKind;

namespace Rebound.Jit.Judge;

/// <summary>Gives an instruction operands of the kinds that its code asks for.</summary>
internal static class FormOperands
{
    private static readonly Register[] Values64 =
        [Register.RAX, Register.RDX, Register.R8, Register.RCX, Register.R9, Register.RDI, Register.R15, Register.R10, Register.R12, Register.R11];

    private static readonly Register[] Values32 =
        [Register.EAX, Register.EDX, Register.R8D, Register.ECX, Register.R9D, Register.EDI, Register.R15D, Register.R10D, Register.R12D, Register.R11D];

    private static readonly Register[] Values16 =
        [Register.AX, Register.DX, Register.R8W, Register.CX, Register.R9W, Register.DI, Register.R15W, Register.R10W, Register.R12W, Register.R11W];

    public static readonly Register[] Values8 =
        [Register.AL, Register.DL, Register.R8L, Register.CL, Register.R9L, Register.DIL, Register.R15L, Register.R10L, Register.R12L, Register.R11L];

    public static readonly Register[] High8 = [Register.AH, Register.DH, Register.CH, Register.DL, Register.AL];

    /// <summary>Operands that are a register or memory, as ModRM says.</summary>
    public static bool IsRegisterOrMemory(K kind) => kind is K.r8_or_mem or K.r16_or_mem or K.r32_or_mem or K.r64_or_mem or K.mm_or_mem or K.xmm_or_mem or K.ymm_or_mem;

    /// <summary>Operands that are memory always.</summary>
    public static bool IsMemory(K kind) => kind is K.mem or K.mem_offs || IsVectorIndexed(kind);

    /// <summary>Memory operands with a vector of indices.</summary>
    public static bool IsVectorIndexed(K kind) => kind is K.mem_vsib32x or K.mem_vsib64x or K.mem_vsib32y or K.mem_vsib64y;

    /// <summary>Sets all operands of <paramref name="instruction"/>; false for a kind of operand that forms do not have.</summary>
    /// <param name="instruction">Has its code, and gets its operands.</param>
    /// <param name="info">The code's description.</param>
    /// <param name="addressing">How a memory operand is addressed; None takes a register where there is the choice.</param>
    /// <param name="bytes">Byte registers to choose from.</param>
    /// <param name="pick">Any number: which registers.</param>
    /// <param name="immediate">The value of immediate operands.</param>
    public static bool TrySet(ref Instruction instruction, OpCodeInfo info, Addressing addressing, Register[] bytes, int pick, long immediate)
    {
        // Every fourth form has one register in all its places.
        int stride = pick % 4 == 3 && !Enumerable.Range(0, info.OpCount).Any(i => IsVectorIndexed(info.GetOpKind(i))) ? 0 : 3;
        for (int i = 0; i < info.OpCount; i++)
        {
            K kind = info.GetOpKind(i);
            int n = pick + (stride * i);
            if (IsVectorIndexed(kind))
            {
                SetVectorIndexed(ref instruction, i, kind, n);
                continue;
            }

            if (kind == K.mem || kind == K.mem_offs || (IsRegisterOrMemory(kind) && addressing != Addressing.None))
            {
                SetMemory(ref instruction, i, addressing);
                continue;
            }

            Register register = kind switch
            {
                K.r8_or_mem or K.r8_reg or K.r8_opcode => bytes[n % bytes.Length],
                K.r16_or_mem or K.r16_reg or K.r16_rm or K.r16_opcode or K.r16_reg_mem => Values16[n % 10],
                K.r32_or_mem or K.r32_reg or K.r32_rm or K.r32_opcode or K.r32_vvvv or K.r32_reg_mem => Values32[n % 10],
                K.r64_or_mem or K.r64_reg or K.r64_rm or K.r64_opcode or K.r64_vvvv or K.r64_reg_mem => Values64[n % 10],
                K.xmm_or_mem or K.xmm_reg or K.xmm_rm or K.xmm_vvvv or K.xmm_is4 => Register.XMM0 + (n % 16),
                K.ymm_or_mem or K.ymm_reg or K.ymm_rm or K.ymm_vvvv or K.ymm_is4 => Register.YMM0 + (n % 16),
                K.mm_or_mem or K.mm_reg or K.mm_rm => Register.MM0 + (n % 8),
                K.st0 => Register.ST0,
                K.sti_opcode => Register.ST0 + (n % 8),
                K.cr_reg => n % 2 == 0 ? Register.CR3 : Register.CR8,
                K.dr_reg => Register.DR0 + (n % 4),
                K.seg_reg => Register.DS,
                K.es => Register.ES,
                K.cs => Register.CS,
                K.ss => Register.SS,
                K.ds => Register.DS,
                K.fs => Register.FS,
                K.gs => Register.GS,
                K.al => Register.AL,
                K.cl => Register.CL,
                K.ax => Register.AX,
                K.dx => Register.DX,
                K.eax => Register.EAX,
                K.rax => Register.RAX,
                _ => Register.None,
            };
            if (register != Register.None)
            {
                instruction.SetOpKind(i, OpKind.Register);
                instruction.SetOpRegister(i, register);
                continue;
            }

            OpKind? implied = kind switch
            {
                K.seg_rSI => OpKind.MemorySegRSI,
                K.es_rDI => OpKind.MemoryESRDI,
                K.seg_rDI => OpKind.MemorySegRDI,
                K.imm8 or K.imm8_const_1 => i > 0 && info.GetOpKind(i - 1) is K.imm8 or K.imm16 ? OpKind.Immediate8_2nd : OpKind.Immediate8,
                K.imm8sex16 => OpKind.Immediate8to16,
                K.imm8sex32 => OpKind.Immediate8to32,
                K.imm8sex64 => OpKind.Immediate8to64,
                K.imm16 => OpKind.Immediate16,
                K.imm32 => OpKind.Immediate32,
                K.imm32sex64 => OpKind.Immediate32to64,
                K.imm64 => OpKind.Immediate64,
                K.seg_rBX_al => OpKind.Memory,
                K.br64_1 or K.br64_4 => OpKind.NearBranch64,
                _ => null,
            };
            if (implied is not { } operand)
                return false;
            instruction.SetOpKind(i, operand);
            if (operand == OpKind.NearBranch64)
            {
                instruction.NearBranch64 = InstructionForm.BranchTarget;
            }
            else if (kind == K.seg_rBX_al)
            {
                instruction.MemoryBase = Register.RBX;
                instruction.MemoryIndex = Register.AL;
            }
            else if (operand is >= OpKind.Immediate8 and <= OpKind.Immediate32to64)
            {
                SetImmediate(ref instruction, i, operand, kind == K.imm8_const_1 ? 1 : immediate);
            }
        }

        return true;
    }

    private static void SetVectorIndexed(ref Instruction instruction, int operand, K kind, int pick)
    {
        instruction.SetOpKind(operand, OpKind.Memory);
        instruction.MemoryBase = Register.RBX;
        instruction.MemoryIndex = (kind is K.mem_vsib32x or K.mem_vsib64x ? Register.XMM0 : Register.YMM0) + (pick % 16);
        instruction.MemoryIndexScale = 1 << (pick % 4);
        instruction.MemoryDisplSize = 1;
        instruction.MemoryDisplacement64 = InstructionForm.Displacement;
    }

    private static void SetImmediate(ref Instruction instruction, int operand, OpKind kind, long value)
    {
        switch (kind)
        {
            case OpKind.Immediate8:
                instruction.Immediate8 = (byte)value;
                break;
            case OpKind.Immediate8_2nd:
                instruction.Immediate8_2nd = (byte)(value >> 16);
                break;
            case OpKind.Immediate16:
                instruction.Immediate16 = (ushort)value;
                break;
            case OpKind.Immediate32:
                instruction.Immediate32 = (uint)value;
                break;
            case OpKind.Immediate64:
                instruction.Immediate64 = (ulong)value;
                break;
            case OpKind.Immediate32to64:
                instruction.SetImmediate(operand, (long)(int)value);
                break;
            default:
                instruction.SetImmediate(operand, (long)(sbyte)value);
                break;
        }
    }

    private static void SetMemory(ref Instruction instruction, int operand, Addressing addressing)
    {
        instruction.SetOpKind(operand, OpKind.Memory);
        instruction.MemoryDisplSize = 8;
        instruction.MemoryDisplacement64 = InstructionForm.Displacement;
        switch (addressing)
        {
            case Addressing.Base:
                instruction.MemoryBase = Register.RBX;
                instruction.MemoryDisplSize = 1;
                break;
            case Addressing.BaseIndex:
                instruction.MemoryBase = Register.R13;
                instruction.MemoryIndex = Register.RSI;
                instruction.MemoryIndexScale = 4;
                break;
            case Addressing.Base32:
                instruction.MemoryBase = Register.EBX;
                instruction.MemoryDisplSize = 4;
                break;
            case Addressing.GsBase:
                instruction.MemoryBase = Register.R14;
                instruction.SegmentPrefix = Register.GS;
                break;
            case Addressing.RipRelative:
                instruction.MemoryBase = Register.RIP;
                instruction.MemoryDisplacement64 = InstructionForm.FixedTarget;
                break;
            default:
                instruction.MemoryDisplacement64 = InstructionForm.FixedTarget;
                break;
        }
    }
}
