using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>
/// States to run a form from: registers and memory of edge values and random ones, all flags, and operands aimed at every kind of place —
/// aligned, misaligned, across pages, read-only, missing.
/// </summary>
public sealed partial class FormStates
{
    private const ulong NonCanonical = 0x0000_8000_0000_1000;

    private static readonly ulong[] Edges =
    [
        0, 1, 2, 3, 0xf, 0x10, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, 0xffff_ffff_8000_0000, 0xffff_ffff_ffff_ff80, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff,
        0x5555_5555_5555_5555, 0xaaaa_aaaa_aaaa_aaaa, 0x0080_8080_7f7f_0100,
    ];

    private readonly Random _random;
    private readonly FloatingStates _floating;

    public FormStates(int seed)
    {
        _random = new Random(seed);
        _floating = new FloatingStates(_random);
    }

    /// <summary>A general-purpose value: an edge, a small number, or random bits of any length.</summary>
    public ulong Value() => _random.Next(4) switch
    {
        0 or 1 => Edges[_random.Next(Edges.Length)],
        2 => (ulong)_random.Next(80),
        _ => Bits() >> _random.Next(64),
    };

    public ulong Bits() => (ulong)_random.NextInt64(long.MinValue, long.MaxValue);

    public int Next(int limit) => _random.Next(limit);

    /// <summary>State number <paramref name="index"/> for a form; later numbers aim at harder places.</summary>
    public StartState For(InstructionForm form, int index)
    {
        LaneKind kind = LaneKinds.Of(form.Instruction.Code);
        StartState state = Any(kind);
        _floating.Mxcsr(state.Floating);
        _floating.X87Control(state.Floating);
        bool aims = form.Addressing != Addressing.None;
        Aim(form, state, aims ? Target(form, index) : OracleLayout.Data + 0x400, out ulong operand);
        Prepare(form, state, index, operand, kind);
        return state;
    }

    /// <summary>Registers of all kinds, RSP and RBP in the stack; control words as after a reset.</summary>
    /// <param name="kind">What vector registers mostly hold.</param>
    public StartState Any(LaneKind kind = LaneKind.Bits)
    {
        StartState state = new();
        for (int i = 0; i < 16; i++)
            state.Gpr[i] = Value();
        state.Gpr[4] = OracleLayout.Stack + 0x1000;
        state.Gpr[5] = OracleLayout.Stack + 0x1100;
        state.Rflags |= Bits() & Rflags.Arithmetic;
        _floating.Fill(state.Floating, kind);
        return state;
    }

    /// <summary>MXCSR and x87 control words at random; with exceptions masked unless <paramref name="traps"/>.</summary>
    public void SetControls(StartState state, bool traps)
    {
        _floating.Mxcsr(state.Floating);
        _floating.X87Control(state.Floating);
        if (traps)
            return;
        state.Floating.Mxcsr |= FloatingState.DefaultMxcsr;
        state.Floating.Fcw |= 0x3f;
        // What is masked is not pending.
        state.Floating.Fsw &= 0x7f7f;
    }

    /// <summary>Where the memory operand shall lie.</summary>
    private ulong Target(InstructionForm form, int index)
    {
        int size = Math.Max(form.Instruction.MemorySize.GetSize(), 1);
        // Aligned for the operand, or only for half of it.
        ulong place = index % 3 == 0 ? (ulong)_random.Next(64) * 16 : (ulong)_random.Next(32) * 32;
        ulong cut = (ulong)_random.Next(1, Math.Max(size, 16));
        if (form.Locked)
        {
            return (index % 8) switch
            {
                6 => OracleLayout.ReadOnly + 0x100,
                7 => OracleLayout.Hole + 0x100,
                _ => OracleLayout.Data + 0x400 + place,
            };
        }

        return (index % 16) switch
        {
            4 => OracleLayout.Data + 0x400 + place + (cut & 15),
            6 => OracleLayout.Data + 0x1000 - cut,
            8 => OracleLayout.ReadOnly - cut,
            9 => OracleLayout.ReadOnly + 0x80 + place,
            10 => OracleLayout.Hole - cut,
            11 => OracleLayout.Hole + cut,
            12 => OracleLayout.Data - cut,
            14 when form.Addressing is Addressing.Base => NonCanonical,
            _ => OracleLayout.Data + 0x400 + place,
        };
    }

    /// <summary>Sets the address registers of the form. The operand's own address comes back: fixed ones are where they are.</summary>
    private void Aim(InstructionForm form, StartState state, ulong target, out ulong operand)
    {
        operand = target;
        switch (form.Addressing)
        {
            case Addressing.Base:
                state.Gpr[3] = target - InstructionForm.Displacement;
                break;
            case Addressing.VectorIndex:
                operand = OracleLayout.Data + 0x800;
                state.Gpr[3] = operand - InstructionForm.Displacement;
                break;
            case Addressing.Base32:
                state.Gpr[3] = (Bits() << 32) | (uint)(target - InstructionForm.Displacement);
                break;
            case Addressing.BaseIndex:
                state.Gpr[6] = (ulong)(long)_random.Next(-64, 64);
                state.Gpr[13] = target - InstructionForm.Displacement - (4 * state.Gpr[6]);
                break;
            case Addressing.GsBase:
                state.Gpr[14] = target - InstructionForm.Displacement - OracleLayout.GsBase;
                break;
            case Addressing.RipRelative or Addressing.Absolute:
                operand = InstructionForm.FixedTarget;
                break;
        }
    }

    private void Prepare(InstructionForm form, StartState state, int index, ulong operand, LaneKind kind)
    {
        Instruction instruction = form.Instruction;
        bool memory = form.Addressing != Addressing.None;
        int size = Math.Max(instruction.MemorySize.GetSize(), 16);
        bool writable = memory && operand >= OracleLayout.Data && operand + (ulong)size <= OracleLayout.ReadOnly;
        if (writable && _random.Next(4) != 0)
        {
            byte[] bytes = new byte[size];
            _floating.Lanes(bytes, kind);
            if (instruction.MemorySize.GetSize() <= 8 && !LaneKinds.IsFloat(kind))
            {
                BitConverter.TryWriteBytes(bytes, Value());
                BitConverter.TryWriteBytes(bytes.AsSpan(8), Value());
            }

            state.Patches.Add(new MemoryPatch(operand, bytes));
        }

        if (PrepareVector(form, state, index, operand, writable))
            return;
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Jmp or Mnemonic.Call when instruction.Op0Kind is OpKind.Register or OpKind.Memory:
                if (instruction.Op0Kind == OpKind.Register)
                    SetNumber(state, instruction.Op0Register, BranchTarget(index));
                else if (writable)
                    state.Patches.Add(new MemoryPatch(operand, BitConverter.GetBytes(BranchTarget(index))));
                break;
            case Mnemonic.Ret:
                PrepareStack(state, index, BranchTarget(index));
                break;
            case Mnemonic.Loop or Mnemonic.Loope or Mnemonic.Loopne or Mnemonic.Jrcxz or Mnemonic.Jecxz:
                if (index % 2 == 0)
                    state.Gpr[1] = (Bits() << 32) | (uint)_random.Next(3);
                break;
            case Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc when memory && instruction.Op1Kind == OpKind.Register:
                // The register reaches beyond the operand: mostly near by.
                if (index % 8 != 7)
                    SetNumber(state, instruction.Op1Register, (ulong)(long)_random.Next(-4096, 4096));
                break;
            case Mnemonic.Div or Mnemonic.Idiv:
                PrepareDivide(state, index);
                break;
            case Mnemonic.Cmpxchg when writable && index % 2 == 0:
                state.Patches.Add(new MemoryPatch(operand, BitConverter.GetBytes(state.Gpr[0])));
                break;
            case Mnemonic.Cmpxchg8b when writable && index % 2 == 0:
                state.Patches.Add(new MemoryPatch(operand, [.. BitConverter.GetBytes((uint)state.Gpr[0]), .. BitConverter.GetBytes((uint)state.Gpr[2])]));
                break;
            case Mnemonic.Cmpxchg16b when writable && index % 2 == 0:
                state.Patches.Add(new MemoryPatch(operand, [.. BitConverter.GetBytes(state.Gpr[0]), .. BitConverter.GetBytes(state.Gpr[2])]));
                break;
            case Mnemonic.Cmpxchg when !memory:
                if (index % 2 == 0)
                    SetNumber(state, instruction.Op0Register, state.Gpr[0]);
                if (KnownDifferences.IsUpperHalfOpen(instruction))
                    SetNumber(state, instruction.Op0Register, (uint)state.Gpr[instruction.Op0Register.GetFullRegister() - Register.RAX]);
                break;
            case Mnemonic.Shld or Mnemonic.Shrd when instruction.Op1Register.GetSize() == 2:
                // A word shifted by more than 16 is undefined.
                state.Gpr[1] = (state.Gpr[1] & ~0x1fUL) + (uint)_random.Next(17);
                break;
            case Mnemonic.Xlatb:
                state.Gpr[3] = OracleLayout.Data + (ulong)(index % 8 == 7 ? -4096 : 0x700);
                break;
            case Mnemonic.Popf or Mnemonic.Popfq:
                PrepareStack(state, index, Bits() & ~(Rflags.TF | Rflags.AC));
                break;
            case Mnemonic.Push or Mnemonic.Pop or Mnemonic.Pushf or Mnemonic.Pushfq or Mnemonic.Leave or Mnemonic.Enter:
                PrepareStack(state, index, Value());
                break;
            default:
                if (IsString(instruction))
                    PrepareString(state, index);
                break;
        }
    }

    /// <summary>Code, or any address.</summary>
    private ulong BranchTarget(int index) => index % 8 == 7 ? Value() : InstructionForm.BranchTarget + (ulong)_random.Next(8);

    private static bool IsString(in Instruction instruction) => instruction.Mnemonic is Mnemonic.Movsb or Mnemonic.Movsw or Mnemonic.Movsq or Mnemonic.Stosb
        or Mnemonic.Stosw or Mnemonic.Stosd or Mnemonic.Stosq or Mnemonic.Lodsb or Mnemonic.Lodsw or Mnemonic.Lodsd or Mnemonic.Lodsq or Mnemonic.Cmpsb
        or Mnemonic.Cmpsw or Mnemonic.Cmpsq or Mnemonic.Scasb or Mnemonic.Scasw or Mnemonic.Scasd or Mnemonic.Scasq
        || (instruction.Mnemonic is Mnemonic.Movsd or Mnemonic.Cmpsd && instruction.IsStringInstruction);

    private void PrepareString(StartState state, int index)
    {
        if (_random.Next(2) == 0)
            state.Rflags |= Rflags.DF;
        state.Gpr[1] = index % 8 == 5 ? (ulong)_random.Next(2000) : (ulong)_random.Next(40);
        state.Gpr[6] = StringPlace(index);
        // Overlapping by less than an element, by some elements, or not at all.
        state.Gpr[7] = _random.Next(3) == 0 ? StringPlace(index + 3) : state.Gpr[6] + (ulong)(long)_random.Next(-20, 20);
        if (_random.Next(2) == 0)
        {
            // Equal bytes, so that REPE CMPS and REPNE SCAS have something to find or to pass over.
            byte[] same = new byte[256];
            same.AsSpan().Fill((byte)state.Gpr[0]);
            same[_random.Next(256)] ^= 1;
            if (state.Gpr[6] - OracleLayout.Data - 128 < OracleLayout.DataBytes - 256)
                state.Patches.Add(new MemoryPatch(state.Gpr[6] - 128, same));
            state.Gpr[0] = (byte)state.Gpr[0] * 0x0101_0101_0101_0101UL;
        }
    }

    private ulong StringPlace(int index) => (index % 12) switch
    {
        3 => OracleLayout.Data + 0x1000 - (ulong)_random.Next(1, 40),
        5 => OracleLayout.ReadOnly - (ulong)_random.Next(1, 200),
        7 => OracleLayout.Hole - (ulong)_random.Next(1, 200),
        9 => OracleLayout.Data + (ulong)_random.Next(0, 60),
        11 => OracleLayout.ReadOnly + 0x40,
        _ => OracleLayout.Data + 0x800 + (ulong)_random.Next(0x400),
    };

    private void PrepareDivide(StartState state, int index)
    {
        switch (index % 4)
        {
            case 0:
                state.Gpr[2] = 0;
                state.Gpr[0] &= 0xffff_ffff_ffff_00ff;
                break;
            case 1:
                state.Gpr[2] = (ulong)((long)state.Gpr[0] >> 63);
                break;
            case 2:
                state.Gpr[2] = (ulong)_random.Next(16);
                break;
        }
    }

    private void PrepareStack(StartState state, int index, ulong top)
    {
        state.Gpr[4] = (index % 12) switch
        {
            3 => OracleLayout.Stack + (ulong)_random.Next(_random.Next(2) == 0 ? 9 : 0x140),
            5 => OracleLayout.Stack + 0x1000 + (ulong)_random.Next(1, 8),
            7 => OracleLayout.Stack + OracleLayout.StackBytes - (ulong)_random.Next(9),
            9 => OracleLayout.ReadOnly + (ulong)_random.Next(0x40),
            _ => OracleLayout.Stack + 0x1000 + (ulong)(8 * _random.Next(-20, 20)),
        };
        if (index % 12 == 11)
            state.Gpr[5] = OracleLayout.Stack + OracleLayout.StackBytes - 4;
        if (state.Gpr[4] is >= OracleLayout.Stack and <= OracleLayout.Stack + OracleLayout.StackBytes - 8)
            state.Patches.Add(new MemoryPatch(state.Gpr[4], BitConverter.GetBytes(top)));
    }

    /// <summary>Gives a general register, whatever its size, a value.</summary>
    private static void SetNumber(StartState state, Register register, ulong value)
    {
        if (register is >= Register.AH and <= Register.BH)
            state.Gpr[register - Register.AH] = (state.Gpr[register - Register.AH] & ~0xff00UL) | ((ulong)(byte)value << 8);
        else
            state.Gpr[register.GetFullRegister() - Register.RAX] = value;
    }
}
