using Iced.Intel;
using K = Iced.Intel.OpCodeOperandKind;

namespace Rebound.Jit.Judge;

/// <summary>
/// Every encodable form of a set of mnemonics: each of Iced's codes for 64-bit mode, with register and memory operands, several
/// immediates, and the LOCK and REP prefixes it allows.
/// </summary>
public static class InstructionForms
{
    private static readonly Register[] Values64 =
        [Register.RAX, Register.RDX, Register.R8, Register.RCX, Register.R9, Register.RDI, Register.R15, Register.R10, Register.R12, Register.R11];

    private static readonly Register[] Values32 =
        [Register.EAX, Register.EDX, Register.R8D, Register.ECX, Register.R9D, Register.EDI, Register.R15D, Register.R10D, Register.R12D, Register.R11D];

    private static readonly Register[] Values16 =
        [Register.AX, Register.DX, Register.R8W, Register.CX, Register.R9W, Register.DI, Register.R15W, Register.R10W, Register.R12W, Register.R11W];

    private static readonly Register[] Values8 =
        [Register.AL, Register.DL, Register.R8L, Register.CL, Register.R9L, Register.DIL, Register.R15L, Register.R10L, Register.R12L, Register.R11L];

    private static readonly Register[] High8 = [Register.AH, Register.DH, Register.CH, Register.DL, Register.AL];

    private static readonly long[] Immediates = [0, 1, 0x7f, -128, -1, 0x1234_5678_9abc_def0];

    private static readonly long[] Counts = [0, 1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 63, 64, 255];

    private static readonly long[] Selectors = [0, 1, 3, 7, 8, 15, 16, 17, 0x1b, 0x4e, 0xe4, 0xff];

    /// <summary>All forms of the mnemonics that the filter accepts.</summary>
    public static IEnumerable<InstructionForm> All(Func<Mnemonic, bool> mnemonics)
    {
        foreach (Code code in Codes(mnemonics))
        {
            foreach (InstructionForm form in OfCode(code, code.ToOpCode()))
                yield return form;
        }
    }

    /// <summary>Codes of the mnemonics that the filter accepts.</summary>
    public static IEnumerable<Code> Codes(Func<Mnemonic, bool> mnemonics) => Enum.GetValues<Code>().Where(code =>
    {
        OpCodeInfo info = code.ToOpCode();
        return info.IsInstruction && info.Mode64 && !info.IsReservedNop && mnemonics(info.Mnemonic) && IsInScope(info);
    });

    /// <summary>One form of a code with registers, immediate and addressing at random; false if they do not go together.</summary>
    public static bool TryPick(Code code, Random random, int displacement, out Instruction instruction)
    {
        OpCodeInfo info = code.ToOpCode();
        bool must = false;
        bool may = false;
        bool fixedAddress = false;
        for (int i = 0; i < info.OpCount; i++)
        {
            K kind = info.GetOpKind(i);
            must |= kind is K.mem or K.mem_offs;
            may |= IsRegisterOrMemory(kind);
            fixedAddress |= kind == K.mem_offs;
        }

        Addressing addressing = Addressing.None;
        if (fixedAddress)
            addressing = Addressing.Absolute;
        else if (must || (may && random.Next(2) == 0))
            addressing = random.Next(4) switch { 0 => Addressing.BaseIndex, 1 => Addressing.RipRelative, _ => Addressing.Base };
        long[] immediates = ImmediatesFor(info);
        instruction = default;
        instruction.Code = code;
        if (!SetOperands(ref instruction, info, addressing, random.Next(4) == 0 ? High8 : Values8, random.Next(1000), immediates[random.Next(immediates.Length)]))
            return false;
        if (addressing is Addressing.Base or Addressing.BaseIndex)
        {
            instruction.MemoryDisplacement64 = (ulong)displacement;
            instruction.MemoryDisplSize = 4;
        }

        if (info.CanUseLockPrefix && addressing != Addressing.None && random.Next(3) == 0)
            instruction.HasLockPrefix = true;
        Encoder encoder = Encoder.Create(64, new Writer([]));
        return encoder.TryEncode(instruction, OracleLayout.Code, out _, out _);
    }

    private static bool IsInScope(OpCodeInfo info)
    {
        if (info.Encoding == EncodingKind.VEX)
        {
            if (!info.Code.CpuidFeatures().All(f => f is CpuidFeature.BMI1 or CpuidFeature.BMI2))
                return false;
        }
        else if (info.Encoding != EncodingKind.Legacy)
        {
            return false;
        }

        for (int i = 0; i < info.OpCount; i++)
        {
            if (info.GetOpKind(i) is K.mm_or_mem or K.mm_reg or K.mm_rm or K.st0 or K.sti_opcode or K.cr_reg or K.dr_reg or K.tr_reg)
                return false;
        }

        return true;
    }

    private static IEnumerable<InstructionForm> OfCode(Code code, OpCodeInfo info)
    {
        bool memory = false;
        bool register = true;
        bool bytes = false;
        for (int i = 0; i < info.OpCount; i++)
        {
            K kind = info.GetOpKind(i);
            memory |= IsRegisterOrMemory(kind) || kind is K.mem or K.mem_offs;
            register &= kind is not (K.mem or K.mem_offs);
            bytes |= kind is K.r8_or_mem or K.r8_reg;
        }

        int pick = (int)code;
        foreach (long immediate in ImmediatesFor(info))
        {
            if (register)
            {
                foreach (InstructionForm form in Encoded(code, info, Addressing.None, Values8, pick++, immediate))
                    yield return form;
                if (bytes)
                {
                    foreach (InstructionForm form in Encoded(code, info, Addressing.None, High8, pick, immediate))
                        yield return form;
                }
            }

            if (memory)
            {
                Addressing addressing = info.GetOpKind(0) == K.mem_offs || (info.OpCount > 1 && info.GetOpKind(1) == K.mem_offs)
                    ? Addressing.Absolute
                    : (pick % 7) switch { 0 => Addressing.BaseIndex, 1 => Addressing.Base32, 2 => Addressing.GsBase, 3 => Addressing.RipRelative, _ => Addressing.Base };
                foreach (InstructionForm form in Encoded(code, info, addressing, Values8, pick++, immediate))
                    yield return form;
                if (addressing != Addressing.Base && addressing != Addressing.Absolute)
                {
                    foreach (InstructionForm form in Encoded(code, info, Addressing.Base, bytes ? High8 : Values8, pick, immediate))
                        yield return form;
                }
            }
        }
    }

    private static long[] ImmediatesFor(OpCodeInfo info)
    {
        bool any = false;
        for (int i = 0; i < info.OpCount; i++)
            any |= info.GetOpKind(i) is K.imm8 or K.imm8sex16 or K.imm8sex32 or K.imm8sex64 or K.imm16 or K.imm32 or K.imm32sex64 or K.imm64;
        if (!any)
            return [0];
        return info.Mnemonic switch
        {
            Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr or Mnemonic.Rorx
                or Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc => Counts,
            Mnemonic.Shld or Mnemonic.Shrd => info.OperandSize == 16 ? [0, 1, 7, 15, 16, 32, 33] : Counts,
            // The immediate is the frame size and, in its third byte, the nesting level.
            Mnemonic.Enter => [0, 0x10, 0x1_0020, 0x3_0008, 0x1f_0100],
            _ => info.GetOpKind(0) is K.xmm_reg or K.xmm_rm or K.r32_reg or K.r64_reg && info.OpCount == 3 ? Selectors : Immediates,
        };
    }

    private static IEnumerable<InstructionForm> Encoded(Code code, OpCodeInfo info, Addressing addressing, Register[] bytes, int pick, long immediate)
    {
        foreach (int prefix in Prefixes(info, addressing))
        {
            Instruction instruction = default;
            instruction.Code = code;
            if (!SetOperands(ref instruction, info, addressing, bytes, pick, immediate))
                yield break;
            instruction.HasLockPrefix = prefix == 1;
            instruction.HasRepPrefix = prefix == 2;
            instruction.HasRepnePrefix = prefix == 3;
            List<byte> encoded = [];
            Encoder encoder = Encoder.Create(64, new Writer(encoded));
            if (encoder.TryEncode(instruction, OracleLayout.Code, out _, out _))
            {
                Decoder decoder = Decoder.Create(64, encoded.ToArray());
                decoder.IP = OracleLayout.Code;
                yield return new InstructionForm(decoder.Decode(), [.. encoded], addressing);
            }
        }
    }

    private static IEnumerable<int> Prefixes(OpCodeInfo info, Addressing addressing)
    {
        yield return 0;
        if (info.CanUseLockPrefix && addressing != Addressing.None)
            yield return 1;
        if (info.CanUseRepPrefix)
            yield return 2;
        if (info.CanUseRepnePrefix && info.Mnemonic is Mnemonic.Cmpsb or Mnemonic.Cmpsw or Mnemonic.Cmpsd or Mnemonic.Cmpsq
            or Mnemonic.Scasb or Mnemonic.Scasw or Mnemonic.Scasd or Mnemonic.Scasq)
            yield return 3;
    }

    private static bool IsRegisterOrMemory(K kind) => kind is K.r8_or_mem or K.r16_or_mem or K.r32_or_mem or K.r64_or_mem or K.xmm_or_mem;

    private static bool SetOperands(ref Instruction instruction, OpCodeInfo info, Addressing addressing, Register[] bytes, int pick, long immediate)
    {
        for (int i = 0; i < info.OpCount; i++)
        {
            K kind = info.GetOpKind(i);
            if (kind == K.mem || kind == K.mem_offs || (IsRegisterOrMemory(kind) && addressing != Addressing.None))
            {
                SetMemory(ref instruction, i, addressing);
                continue;
            }

            int n = pick + (3 * i);
            Register register = kind switch
            {
                K.r8_or_mem or K.r8_reg or K.r8_opcode => bytes[n % bytes.Length],
                K.r16_or_mem or K.r16_reg or K.r16_rm or K.r16_opcode or K.r16_reg_mem => Values16[n % 10],
                K.r32_or_mem or K.r32_reg or K.r32_rm or K.r32_opcode or K.r32_vvvv or K.r32_reg_mem => Values32[n % 10],
                K.r64_or_mem or K.r64_reg or K.r64_rm or K.r64_opcode or K.r64_vvvv or K.r64_reg_mem => Values64[n % 10],
                K.xmm_or_mem or K.xmm_reg or K.xmm_rm => Register.XMM0 + (n % 16),
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
                _ => null,
            };
            if (implied is not { } operand)
                return false;
            instruction.SetOpKind(i, operand);
            if (kind == K.seg_rBX_al)
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

    private sealed class Writer(List<byte> bytes) : CodeWriter
    {
        public override void WriteByte(byte value) => bytes.Add(value);
    }
}
