using Iced.Intel;
using NUnit.Framework;
using Rebound.Jit.Cpu;
using Decoder = Iced.Intel.Decoder;

namespace Rebound.Jit.Tests.Oracle;

/// <summary>Address forms, prefixes in odd places and encodings that assemblers do not choose.</summary>
[TestFixture(Tier.Interpreter)]
[TestFixture(Tier.Jit)]
[Category("Oracle")]
public sealed class EncodingOracleTests(Tier tier)
{
    private OracleSession _session = null!;

    [OneTimeSetUp]
    public void Start() => _session = new OracleSession(new ExecutionOptions { Tier = tier });

    [OneTimeTearDown]
    public void Stop() => _session?.Dispose();

    /// <summary>LEA shows an address without an access: every base, index and scale, each displacement size, both address sizes.</summary>
    [Test]
    public void Address_forms()
    {
        List<OracleGroup> groups = [];
        FormStates source = new(31);
        for (int number = 0; number < 17 * 17 * 4; number++)
        {
            int baseNumber = number % 17;
            int index = number / 17 % 17;
            int scale = number / (17 * 17);
            if (index == 4)
                continue;
            bool narrow = source.Next(4) == 0;
            Instruction instruction = default;
            instruction.Code = source.Next(4) switch { 0 => Code.Lea_r32_m, 1 => Code.Lea_r16_m, _ => Code.Lea_r64_m };
            instruction.Op0Kind = OpKind.Register;
            instruction.Op0Register = instruction.Code switch { Code.Lea_r32_m => Register.EDX, Code.Lea_r16_m => Register.DX, _ => Register.RDX };
            instruction.Op1Kind = OpKind.Memory;
            instruction.MemoryBase = baseNumber == 16 ? Register.None : (narrow ? Register.EAX : Register.RAX) + baseNumber;
            instruction.MemoryIndex = index == 16 ? Register.None : (narrow ? Register.EAX : Register.RAX) + index;
            instruction.MemoryIndexScale = index == 16 ? 1 : 1 << scale;
            bool bare = baseNumber == 16 && index == 16;
            (instruction.MemoryDisplSize, instruction.MemoryDisplacement64) = source.Next(3) switch
            {
                0 when baseNumber != 16 && (baseNumber & 7) != 5 => (0, 0UL),
                1 when baseNumber != 16 => (1, unchecked((ulong)-0x61)),
                _ => (narrow ? 4 : 8, bare || narrow ? 0x1234_5678UL : unchecked((ulong)-0x1234_5678)),
            };
            groups.Add(Group(instruction, source));
        }

        _session.Check(groups);
    }

    [TestCase("664801C8", "REX.W wins over 66")]
    [TestCase("486601C8", "REX before a legacy prefix is void")]
    [TestCase("4F41018C2400010000", "the last REX counts")]
    [TestCase("F301C8", "REP on ADD is void")]
    [TestCase("F201C8", "REPNE on ADD is void")]
    [TestCase("2E3E2601C8", "segment prefixes without memory")]
    [TestCase("2E8B03", "CS override is void")]
    [TestCase("65418B06", "GS override")]
    [TestCase("6465418B06", "the last segment prefix counts")]
    [TestCase("653E418B06", "DS override does not undo GS")]
    [TestCase("67F3A4", "REP MOVSB with 32-bit addresses")]
    [TestCase("67F348AB", "REP STOSQ with 32-bit addresses")]
    [TestCase("67F3A6", "REPE CMPSB with 32-bit addresses")]
    [TestCase("67AC", "LODSB with a 32-bit address")]
    [TestCase("66F3AB", "REP STOSW")]
    [TestCase("F2A4", "REPNE MOVSB repeats")]
    [TestCase("F2AA", "REPNE STOSB repeats")]
    [TestCase("F390", "PAUSE")]
    [TestCase("6690", "two-byte NOP")]
    [TestCase("4190", "XCHG R8, RAX")]
    [TestCase("4890", "NOP with REX.W")]
    [TestCase("F30FBDC1", "LZCNT")]
    [TestCase("66F30FBDC1", "LZCNT of a word")]
    [TestCase("F20FBDC1", "REPNE leaves BSR")]
    [TestCase("66F30FB8C1", "POPCNT of a word")]
    [TestCase("C0F005", "SHL by its alias /6")]
    [TestCase("48D1F0", "SHL by one, alias /6")]
    [TestCase("F6C805", "TEST by its alias /1")]
    [TestCase("48F7C844332211", "TEST by its alias /1, quadword")]
    [TestCase("8FC0", "POP RAX by its long form")]
    [TestCase("FFF0", "PUSH RAX by its long form")]
    [TestCase("66FFF1", "PUSH CX by its long form")]
    [TestCase("6650", "PUSH AX")]
    [TestCase("6658", "POP AX")]
    [TestCase("666A81", "PUSH of a word immediate")]
    [TestCase("F30F1EFA", "ENDBR64")]
    [TestCase("0F1F8400000000C0", "long NOP with a wild address")]
    [TestCase("660F1F840000000000", "long NOP")]
    [TestCase("0F0D0B", "PREFETCHW")]
    [TestCase("400FB6C4", "MOVZX of SPL")]
    [TestCase("0FB6C4", "MOVZX of AH")]
    [TestCase("88E5", "MOV CH, AH")]
    [TestCase("00E4", "ADD AH, AH")]
    [TestCase("86C4", "XCHG AH, AL")]
    [TestCase("0FC0E0", "XADD AL, AH")]
    [TestCase("F6E4", "MUL AH")]
    [TestCase("0FB0E0", "CMPXCHG AL, AH")]
    [TestCase("63C8", "MOVSXD without REX.W")]
    [TestCase("4863C8", "MOVSXD")]
    [TestCase("87C9", "XCHG ECX, ECX clears the upper half")]
    [TestCase("89C0", "MOV EAX, EAX clears the upper half")]
    [TestCase("0F4EC1", "CMOVLE clears the upper half even when not taken")]
    [TestCase("660F4EC1", "CMOVLE of a word")]
    [TestCase("D3E0", "SHL EAX, CL clears the upper half even by zero")]
    [TestCase("0FA5C8", "SHLD EAX, ECX, CL")]
    [TestCase("0FBCC1", "BSF")]
    [TestCase("48A144332211665544332211", "MOV RAX from an absolute 64-bit address that is not canonical")]
    [TestCase("67A140000020", "MOV EAX from an absolute 32-bit address")]
    [TestCase("A040040020 00000000", "MOV AL from an absolute address")]
    [TestCase("C8000000C9", "ENTER and LEAVE")]
    [TestCase("9C9D", "PUSHF and POPF")]
    [TestCase("669C669D", "PUSHFW and POPFW")]
    [TestCase("9F9E", "LAHF and SAHF")]
    public void Odd_encodings(string code, string what)
    {
        byte[] bytes = Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal));
        Decoder decoder = Decoder.Create(64, bytes);
        ulong undefined = FlagRules.Undefined(decoder.Decode());
        OracleGroup group = new() { Name = what, Code = [.. bytes, 0xcc], UndefinedFlags = undefined };
        FormStates source = new(code.Length);
        for (int i = 0; i < 40; i++)
        {
            StartState state = source.Any();
            state.Gpr[3] = OracleLayout.Data + 0x400;
            state.Gpr[6] = OracleLayout.Data + 0x600 + (source.Bits() << 32);
            state.Gpr[7] = OracleLayout.Data + 0x800 + (source.Bits() << 32);
            state.Gpr[12] = OracleLayout.Data + 0x500;
            state.Gpr[14] = 0x40;
            if (bytes[0] is 0x67 or 0xf2 or 0xf3 or 0x66 && code.Contains('A', StringComparison.Ordinal))
                state.Gpr[1] = (ulong)source.Next(20) + (bytes[0] == 0x67 ? source.Bits() << 32 : 0);
            if (bytes[0] != 0x67)
            {
                state.Gpr[6] = (uint)state.Gpr[6];
                state.Gpr[7] = (uint)state.Gpr[7];
            }

            group.Cases.Add(state);
        }

        _session.Check([group]);
    }

    private static OracleGroup Group(Instruction instruction, FormStates source)
    {
        Writer writer = new();
        Encoder.Create(64, writer).Encode(instruction, OracleLayout.Code);
        OracleGroup group = new() { Name = instruction.ToString(), Code = [.. writer.Bytes, 0xcc] };
        for (int i = 0; i < 4; i++)
            group.Cases.Add(source.Any());
        return group;
    }

    private sealed class Writer : CodeWriter
    {
        public List<byte> Bytes { get; } = [];

        public override void WriteByte(byte value) => Bytes.Add(value);
    }
}
