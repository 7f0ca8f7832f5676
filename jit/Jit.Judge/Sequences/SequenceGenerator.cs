using System.Collections.Frozen;
using Iced.Intel;
using Rebound.Jit.Cpu;
using static Iced.Intel.AssemblerRegisters;
using M = Iced.Intel.Mnemonic;

namespace Rebound.Jit.Judge;

/// <summary>
/// Random code of mixed families with forward branches and counted loops. RBX, RSI, R13 and R14 hold addresses and RBP counts, so that
/// operands stay where memory is; all else is random. Flags that are undefined are never read: a comparison is put before such a reader.
/// </summary>
public sealed class SequenceGenerator
{
    private const ulong All = Rflags.Arithmetic;

    private static readonly FrozenDictionary<M, Code[]> Choices = InstructionForms.Codes(IsChosen)
        .Where(c => !IsUnsuitable(c))
        .GroupBy(c => c.Mnemonic())
        .ToFrozenDictionary(g => g.Key, g => g.ToArray());

    private static readonly M[] Mnemonics = [.. Choices.Keys.Order()];

    private static readonly Code[] Branches = [.. Enum.GetValues<Code>().Where(c => c.IsJccShort() && c.ToOpCode() is { Mode64: true, OperandSize: 64 }).Order()];

    private readonly Random _random;
    private readonly SequenceProfile _profile;
    private readonly List<SequenceItem> _items = [];
    private Code[][] _families = [];
    private ulong _undefined;
    private int _labels;

    /// <param name="seed">Chooses everything.</param>
    /// <param name="profile">How long sequences are and how often loops turn; null for <see cref="SequenceProfile"/>'s own values.</param>
    public SequenceGenerator(int seed, SequenceProfile? profile = null)
    {
        _random = new Random(seed);
        _profile = profile ?? new SequenceProfile();
    }

    /// <summary>The next sequence.</summary>
    public Sequence Next()
    {
        _items.Clear();
        _undefined = 0;
        _labels = 0;
        _families = SequenceFamilies.Choose(_random);
        int wanted = _random.Next(_profile.FewestInstructions, _profile.MostInstructions + 1);
        while (_items.Count < wanted)
        {
            switch (_random.Next(12))
            {
                case 0 when wanted - _items.Count > 6:
                    Loop();
                    break;
                case 1 or 2:
                    Skip(3);
                    break;
                case 3 when _random.Next(3) == 0:
                    AddString();
                    break;
                case 4 when _random.Next(3) == 0:
                    AddDivide();
                    break;
                default:
                    AddAny();
                    break;
            }
        }

        // The label of a branch over the last instruction needs one to stand on.
        Add(Instruction.Create(Code.Nopd));
        return new Sequence([.. _items]);
    }

    /// <summary>A state for such a sequence: its address registers point into data.</summary>
    /// <param name="states">Random values.</param>
    /// <param name="nearEdge">RBX points near the end of what can be written or read: some access in the middle of the code faults.</param>
    public static StartState State(FormStates states, bool nearEdge = false)
    {
        StartState state = states.Any((LaneKind)states.Next((int)LaneKind.Double + 1));
        states.SetControls(state, traps: states.Next(8) == 0);
        state.Gpr[3] = OracleLayout.Data + 0x1000;
        if (nearEdge)
            state.Gpr[3] = (states.Next(2) == 0 ? OracleLayout.ReadOnly : OracleLayout.Hole) - (ulong)(16 * states.Next(0x20)) - (ulong)(states.Next(2) * 3);
        state.Gpr[6] = OracleLayout.Data + 0x900;
        state.Gpr[13] = OracleLayout.Data + 0x1800 - (4 * state.Gpr[6]);
        state.Gpr[14] = 0x100;
        return state;
    }

    private static bool IsChosen(M m) => m is M.Add or M.Adc or M.Sub or M.Sbb or M.And or M.Or or M.Xor or M.Cmp or M.Test or M.Inc or M.Dec or M.Neg or M.Not
        or M.Xadd or M.Mul or M.Imul or M.Mulx or M.Shl or M.Sal or M.Shr or M.Sar or M.Rol or M.Ror or M.Rcl or M.Rcr or M.Shld or M.Shrd
        or M.Rorx or M.Sarx or M.Shlx or M.Shrx or M.Bt or M.Bts or M.Btr or M.Btc or M.Bsf or M.Bsr or M.Popcnt or M.Lzcnt or M.Tzcnt or M.Andn or M.Bextr
        or M.Blsi or M.Blsmsk or M.Blsr or M.Bzhi or M.Pdep or M.Pext or M.Bswap or M.Mov or M.Movzx or M.Movsx or M.Movsxd or M.Movbe or M.Lea or M.Xchg
        or M.Cbw or M.Cwde or M.Cdqe or M.Cwd or M.Cdq or M.Cqo or M.Cmpxchg or M.Push or M.Pushfq or M.Pop or M.Lahf or M.Sahf or M.Clc or M.Stc or M.Cmc
        || (Enum.GetName(m) is { } name && (name.StartsWith("Set", StringComparison.Ordinal) || name.StartsWith("Cmov", StringComparison.Ordinal)));

    private static bool IsUnsuitable(Code code)
    {
        Instruction probe = default;
        probe.Code = code;
        OpCodeInfo info = code.ToOpCode();
        bool memoryBits = info.Mnemonic is M.Bt or M.Bts or M.Btr or M.Btc && info.GetOpKind(1) is OpCodeOperandKind.r16_reg or OpCodeOperandKind.r32_reg or OpCodeOperandKind.r64_reg;
        bool wordByCl = info.Mnemonic is M.Shld or M.Shrd && info.OperandSize == 16;
        bool segment = Enumerable.Range(0, info.OpCount).Any(i => info.GetOpKind(i) is OpCodeOperandKind.seg_reg
            or OpCodeOperandKind.fs or OpCodeOperandKind.gs or OpCodeOperandKind.ds or OpCodeOperandKind.es or OpCodeOperandKind.ss or OpCodeOperandKind.cs);
        return KnownDifferences.IsExcluded(probe) || code == Code.Cmpxchg_rm32_r32 || memoryBits || wordByCl || segment;
    }

    private void AddAny()
    {
        Code[] codes = _families.Length == 0 || _random.Next(3) == 0
            ? Choices[Mnemonics[_random.Next(Mnemonics.Length)]]
            : _families[_random.Next(_families.Length)];
        // Mostly aligned for the widest operand, sometimes for half of it.
        int displacement = _random.Next(-0x200, 0x200) & (_random.Next(8) == 0 ? ~15 : ~31);
        if (InstructionForms.TryPick(codes[_random.Next(codes.Length)], _random, displacement, out Instruction instruction))
            Add(instruction);
    }

    private void AddString()
    {
        Code[] strings =
        [
            Code.Movsb_m8_m8, Code.Movsw_m16_m16, Code.Movsd_m32_m32, Code.Movsq_m64_m64, Code.Stosb_m8_AL, Code.Stosd_m32_EAX, Code.Stosq_m64_RAX,
            Code.Lodsb_AL_m8, Code.Lodsq_RAX_m64, Code.Cmpsb_m8_m8, Code.Cmpsq_m64_m64, Code.Scasb_AL_m8, Code.Scasd_EAX_m32,
        ];
        Assembler assembler = new(64);
        assembler.lea(rdi, __[rbx + _random.Next(-0x100, 0x100)]);
        assembler.mov(ecx, _random.Next(12));
        assembler.lea(rsi, __[rbx + _random.Next(-0x100, 0x100)]);
        foreach (Instruction instruction in assembler.Instructions)
            Add(instruction);
        Code code = strings[_random.Next(strings.Length)];
        Instruction text = StringInstruction(code);
        text.HasRepPrefix = _random.Next(2) == 0;
        Add(text);
        // Where the base-and-index operands expect it.
        Assembler restore = new(64);
        restore.lea(rsi, __[rbx - 0x700]);
        Add(restore.Instructions[0]);
    }

    private static Instruction StringInstruction(Code code) => code switch
    {
        Code.Movsb_m8_m8 => Instruction.CreateMovsb(64),
        Code.Movsw_m16_m16 => Instruction.CreateMovsw(64),
        Code.Movsd_m32_m32 => Instruction.CreateMovsd(64),
        Code.Movsq_m64_m64 => Instruction.CreateMovsq(64),
        Code.Stosb_m8_AL => Instruction.CreateStosb(64),
        Code.Stosd_m32_EAX => Instruction.CreateStosd(64),
        Code.Stosq_m64_RAX => Instruction.CreateStosq(64),
        Code.Lodsb_AL_m8 => Instruction.CreateLodsb(64),
        Code.Lodsq_RAX_m64 => Instruction.CreateLodsq(64),
        Code.Cmpsb_m8_m8 => Instruction.CreateCmpsb(64),
        Code.Cmpsq_m64_m64 => Instruction.CreateCmpsq(64),
        Code.Scasb_AL_m8 => Instruction.CreateScasb(64),
        _ => Instruction.CreateScasd(64),
    };

    private void AddDivide()
    {
        Assembler assembler = new(64);
        assembler.xor(edx, edx);
        assembler.or(r8, 0x11);
        if (_random.Next(2) == 0)
            assembler.div(r8);
        else
            assembler.div(r8d);
        foreach (Instruction instruction in assembler.Instructions)
            Add(instruction);
    }

    /// <summary>A conditional branch over some instructions.</summary>
    private void Skip(int most)
    {
        Code code = Branches[_random.Next(Branches.Length)];
        Instruction branch = Instruction.CreateBranch(code, 0);
        int label = ++_labels;
        Add(branch, target: label);
        ulong atBranch = _undefined;
        int count = _random.Next(1, most + 1);
        for (int i = 0; i < count; i++)
            AddAny();
        _undefined |= atBranch;
        Add(Instruction.Create(Code.Nopd), label: label);
    }

    /// <summary>A loop of a few rounds, counted in EBP.</summary>
    private void Loop()
    {
        Assembler head = new(64);
        head.mov(ebp, _random.Next(1, _profile.MostRounds + 1));
        Add(head.Instructions[0]);
        Compare();
        int label = ++_labels;
        Add(Instruction.Create(Code.Nopd), label: label);
        int count = _random.Next(1, 6);
        for (int i = 0; i < count; i++)
        {
            if (_random.Next(4) == 0)
                Skip(2);
            else
                AddAny();
        }

        Assembler tail = new(64);
        tail.sub(ebp, 1);
        Add(tail.Instructions[0]);
        Add(Instruction.CreateBranch(Code.Jne_rel8_64, 0), target: label);
    }

    private void Compare()
    {
        Assembler assembler = new(64);
        assembler.cmp(r9, r10);
        Add(assembler.Instructions[0]);
    }

    private void Add(Instruction instruction, int target = 0, int label = 0)
    {
        if ((FlagRules.Read(instruction) & _undefined) != 0)
            Compare();
        _items.Add(new SequenceItem(instruction, target, label));
        // A conditional change leaves what was undefined so.
        _undefined = (_undefined & ~FlagRules.Defined(instruction) & All) | FlagRules.Undefined(instruction);
    }
}
