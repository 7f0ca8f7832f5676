using Iced.Intel;
using K = Iced.Intel.OpCodeOperandKind;

namespace Rebound.Jit.Judge;

/// <summary>
/// Every encodable form of a set of mnemonics: each of Iced's codes for 64-bit mode, with register and memory operands, several
/// immediates, and the LOCK and REP prefixes it allows.
/// </summary>
public static class InstructionForms
{
    private static readonly long[] Immediates = [0, 1, 0x7f, -128, -1, 0x1234_5678_9abc_def0];

    private static readonly long[] Counts = [0, 1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 63, 64, 255];

    private static readonly long[] Selectors = [0, 1, 3, 7, 8, 15, 16, 17, 0x1b, 0x4e, 0xe4, 0xff];

    /// <summary>All forms of the mnemonics that the filter accepts.</summary>
    public static IEnumerable<InstructionForm> All(Func<Mnemonic, bool> mnemonics)
    {
        foreach (Code code in Codes(mnemonics))
        {
            foreach (InstructionForm form in OfCode(code))
                yield return form;
        }
    }

    /// <summary>Codes of the mnemonics that the filter accepts.</summary>
    public static IEnumerable<Code> Codes(Func<Mnemonic, bool> mnemonics) => Enum.GetValues<Code>().Where(code =>
    {
        OpCodeInfo info = code.ToOpCode();
        return mnemonics(info.Mnemonic) && ImplementedCodes.Contains(code);
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
            must |= FormOperands.IsMemory(kind);
            may |= FormOperands.IsRegisterOrMemory(kind);
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
        if (!FormOperands.TrySet(ref instruction, info, addressing, random.Next(4) == 0 ? FormOperands.High8 : FormOperands.Values8, random.Next(1000), immediates[random.Next(immediates.Length)]))
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

    /// <summary>All forms of one code.</summary>
    public static IEnumerable<InstructionForm> OfCode(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        bool memory = false;
        bool register = true;
        bool bytes = false;
        bool vectorIndex = false;
        for (int i = 0; i < info.OpCount; i++)
        {
            K kind = info.GetOpKind(i);
            memory |= FormOperands.IsRegisterOrMemory(kind) || FormOperands.IsMemory(kind);
            register &= !FormOperands.IsMemory(kind);
            vectorIndex |= FormOperands.IsVectorIndexed(kind);
            bytes |= kind is K.r8_or_mem or K.r8_reg;
        }

        int pick = (int)code;
        long[] immediates = ImmediatesFor(info);
        // Where immediates do not bring other registers with them, several choices; one of them has a register twice.
        int choices = immediates.Length == 1 ? 4 : 1;
        foreach (long immediate in immediates)
        {
            if (register)
            {
                for (int i = 0; i < choices; i++)
                {
                    foreach (InstructionForm form in Encoded(code, info, Addressing.None, FormOperands.Values8, pick++, immediate))
                        yield return form;
                }

                if (bytes)
                {
                    foreach (InstructionForm form in Encoded(code, info, Addressing.None, FormOperands.High8, pick, immediate))
                        yield return form;
                }
            }

            if (vectorIndex)
            {
                for (int i = 0; i < 4; i++)
                {
                    foreach (InstructionForm form in Encoded(code, info, Addressing.VectorIndex, FormOperands.Values8, pick++, immediate))
                        yield return form;
                }
            }
            else if (memory)
            {
                Addressing addressing = info.GetOpKind(0) == K.mem_offs || (info.OpCount > 1 && info.GetOpKind(1) == K.mem_offs)
                    ? Addressing.Absolute
                    : (pick % 7) switch { 0 => Addressing.BaseIndex, 1 => Addressing.Base32, 2 => Addressing.GsBase, 3 => Addressing.RipRelative, _ => Addressing.Base };
                foreach (InstructionForm form in Encoded(code, info, addressing, FormOperands.Values8, pick++, immediate))
                    yield return form;
                if (addressing != Addressing.Base && addressing != Addressing.Absolute)
                {
                    foreach (InstructionForm form in Encoded(code, info, Addressing.Base, bytes ? FormOperands.High8 : FormOperands.Values8, pick, immediate))
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
            Mnemonic.Cmpps or Mnemonic.Cmppd or Mnemonic.Cmpss or Mnemonic.Cmpsd => [.. Range(0, 8), 0xa5],
            Mnemonic.Vcmpps or Mnemonic.Vcmppd or Mnemonic.Vcmpss or Mnemonic.Vcmpsd => [.. Range(0, 32), 0xe5],
            Mnemonic.Roundps or Mnemonic.Roundpd or Mnemonic.Roundss or Mnemonic.Roundsd
                or Mnemonic.Vroundps or Mnemonic.Vroundpd or Mnemonic.Vroundss or Mnemonic.Vroundsd => [.. Range(0, 16), 0xf4],
            Mnemonic.Pcmpestri or Mnemonic.Pcmpestrm or Mnemonic.Pcmpistri or Mnemonic.Pcmpistrm
                or Mnemonic.Vpcmpestri or Mnemonic.Vpcmpestrm or Mnemonic.Vpcmpistri or Mnemonic.Vpcmpistrm => [.. Range(0, 128).Where(i => i % 3 != 1), 0xff],
            _ => !HasVector(info) ? Immediates : info.OpCount == 2 || IsShiftByImmediate(info) ? [.. Counts, .. Selectors] : Selectors,
        };
    }

    private static IEnumerable<long> Range(int start, int count) => Enumerable.Range(start, count).Select(i => (long)i);

    private static bool HasVector(OpCodeInfo info) => Enumerable.Range(0, info.OpCount).Any(i => info.GetOpKind(i)
        is K.xmm_reg or K.xmm_rm or K.xmm_or_mem or K.xmm_vvvv or K.ymm_reg or K.ymm_rm or K.ymm_or_mem or K.ymm_vvvv or K.mm_reg or K.mm_rm or K.mm_or_mem);

    private static bool IsShiftByImmediate(OpCodeInfo info) => info.OpCount == 3 && info.GetOpKind(0) is K.xmm_vvvv or K.ymm_vvvv;

    private static IEnumerable<InstructionForm> Encoded(Code code, OpCodeInfo info, Addressing addressing, Register[] bytes, int pick, long immediate)
    {
        foreach (int prefix in Prefixes(info, addressing))
        {
            Instruction instruction = default;
            instruction.Code = code;
            if (!FormOperands.TrySet(ref instruction, info, addressing, bytes, pick, immediate))
                yield break;
            instruction.HasLockPrefix = prefix == 1;
            instruction.HasRepPrefix = prefix == 2;
            instruction.HasRepnePrefix = prefix == 3;
            List<byte> encoded = [];
            Encoder encoder = Encoder.Create(64, new Writer(encoded));
            if (encoder.TryEncode(instruction, OracleLayout.Code, out _, out _))
            {
                // As the lifter decodes: what is reserved is a hint.
                Decoder decoder = Decoder.Create(64, encoded.ToArray(), DecoderOptions.ForceReservedNop);
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

    private sealed class Writer(List<byte> bytes) : CodeWriter
    {
        public override void WriteByte(byte value) => bytes.Add(value);
    }
}
