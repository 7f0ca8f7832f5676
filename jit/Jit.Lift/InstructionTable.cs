using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <summary>Emits the micro-ops of the lifter's present instruction.</summary>
internal delegate void LiftMethod(Lifter lifter);

/// <summary>
/// Which method lifts which instruction: one row per mnemonic, or per Iced code where one mnemonic names two instructions.
/// Instructions without a row are unsupported, or undefined if the processor lacks their feature (<see cref="ProcessorFeatures"/>).
/// The parts of this class hold a table each; a new one is called from <see cref="Build"/>.
/// </summary>
internal static partial class InstructionTable
{
    private static readonly LiftMethod?[] Methods = Build();

    private static readonly bool[] AvxState = [.. Enum.GetValues<Code>().Select(UsesAvxState)];

    /// <summary>True if the instruction is #UD unless the operating system has enabled AVX: VEX encodings, but those on general registers.</summary>
    public static bool NeedsAvx(Code code) => AvxState[(int)code];

    /// <summary>The method for an instruction, or null.</summary>
    public static LiftMethod? Find(Code code) => Methods[(int)code];

    private static bool UsesAvxState(Code code) =>
        code.Encoding() == EncodingKind.VEX && !code.CpuidFeatures().ToArray().Any(f => f is CpuidFeature.BMI1 or CpuidFeature.BMI2 or CpuidFeature.CMPCCXADD);

    static partial void AddSse(Rows rows);

    static partial void AddFloats(Rows rows);

    static partial void AddAvx(Rows rows);

    private static LiftMethod?[] Build()
    {
        Rows rows = new();
        AddInteger(rows);
        AddConditional(rows);
        AddSystem(rows);
        AddSse(rows);
        AddFloats(rows);
        AddX87(rows);
        AddAvx(rows);
        AddMmx(rows);
        return rows.ByCode();
    }

#pragma warning disable format // a table: its columns are aligned
    private static void AddInteger(Rows rows)
    {
        // Moves
        rows.Add(Mnemonic.Mov,     l => l.Mov());
        rows.Add(Mnemonic.Movzx,   l => l.Movzx());
        rows.Add(Mnemonic.Movsx,   l => l.Movsx());
        rows.Add(Mnemonic.Movsxd,  l => l.Movsx());
        rows.Add(Mnemonic.Movbe,   l => l.Movbe());
        rows.Add(Mnemonic.Movnti,  l => l.Mov());
        rows.Add(Mnemonic.Lea,     l => l.Lea());
        rows.Add(Mnemonic.Xchg,    l => l.Xchg());
        rows.Add(Mnemonic.Bswap,   l => l.Bswap());
        rows.Add(Mnemonic.Xlatb,   l => l.Xlat());
        rows.Add(Mnemonic.Cbw,     l => l.ExtendAccumulator(2));
        rows.Add(Mnemonic.Cwde,    l => l.ExtendAccumulator(4));
        rows.Add(Mnemonic.Cdqe,    l => l.ExtendAccumulator(8));
        rows.Add(Mnemonic.Cwd,     l => l.SignIntoRdx(2));
        rows.Add(Mnemonic.Cdq,     l => l.SignIntoRdx(4));
        rows.Add(Mnemonic.Cqo,     l => l.SignIntoRdx(8));

        // Arithmetic and logic
        rows.Add(Mnemonic.Add,     l => l.Add());
        rows.Add(Mnemonic.Adc,     l => l.Adc());
        rows.Add(Mnemonic.Sub,     l => l.Sub());
        rows.Add(Mnemonic.Sbb,     l => l.Sbb());
        rows.Add(Mnemonic.Cmp,     l => l.Cmp());
        rows.Add(Mnemonic.And,     l => l.And());
        rows.Add(Mnemonic.Or,      l => l.Or());
        rows.Add(Mnemonic.Xor,     l => l.Xor());
        rows.Add(Mnemonic.Test,    l => l.Test());
        rows.Add(Mnemonic.Inc,     l => l.Inc());
        rows.Add(Mnemonic.Dec,     l => l.Dec());
        rows.Add(Mnemonic.Neg,     l => l.Neg());
        rows.Add(Mnemonic.Not,     l => l.Not());
        rows.Add(Mnemonic.Adcx,    l => l.AddWithFlag(Rflags.CF));
        rows.Add(Mnemonic.Adox,    l => l.AddWithFlag(Rflags.OF));
        rows.Add(Mnemonic.Mul,     l => l.Mul());
        rows.Add(Mnemonic.Imul,    l => l.Imul());
        rows.Add(Mnemonic.Mulx,    l => l.Mulx());
        rows.Add(Mnemonic.Div,     l => l.Div());
        rows.Add(Mnemonic.Idiv,    l => l.Idiv());
        rows.Add(Mnemonic.Xadd,    l => l.Xadd());
        rows.Add(Mnemonic.Cmpxchg, l => l.Cmpxchg());
        rows.Add(Mnemonic.Cmpxchg8b,  l => l.CmpxchgWide(8));
        rows.Add(Mnemonic.Cmpxchg16b, l => l.CmpxchgWide(16));

        // Shifts and rotates
        rows.Add(Mnemonic.Shl,     l => l.Shl());
        rows.Add(Mnemonic.Sal,     l => l.Shl());
        rows.Add(Mnemonic.Shr,     l => l.Shr());
        rows.Add(Mnemonic.Sar,     l => l.Sar());
        rows.Add(Mnemonic.Rol,     l => l.Rol());
        rows.Add(Mnemonic.Ror,     l => l.Ror());
        rows.Add(Mnemonic.Rcl,     l => l.Rcl());
        rows.Add(Mnemonic.Rcr,     l => l.Rcr());
        rows.Add(Mnemonic.Shld,    l => l.Shld());
        rows.Add(Mnemonic.Shrd,    l => l.Shrd());
        rows.Add(Mnemonic.Shlx,    l => l.ShiftWithoutFlags(MicroOpCode.ShiftLeft));
        rows.Add(Mnemonic.Shrx,    l => l.ShiftWithoutFlags(MicroOpCode.ShiftRight));
        rows.Add(Mnemonic.Sarx,    l => l.ShiftWithoutFlags(MicroOpCode.ShiftArithmetic));
        rows.Add(Mnemonic.Rorx,    l => l.ShiftWithoutFlags(MicroOpCode.RotateRight));

        // Bits
        rows.Add(Mnemonic.Bt,      l => l.Bt());
        rows.Add(Mnemonic.Bts,     l => l.Bts());
        rows.Add(Mnemonic.Btr,     l => l.Btr());
        rows.Add(Mnemonic.Btc,     l => l.Btc());
        rows.Add(Mnemonic.Bsf,     l => l.Bsf());
        rows.Add(Mnemonic.Bsr,     l => l.Bsr());
        rows.Add(Mnemonic.Popcnt,  l => l.Popcnt());
        rows.Add(Mnemonic.Lzcnt,   l => l.CountZeros(MicroOpCode.LeadingZeros));
        rows.Add(Mnemonic.Tzcnt,   l => l.CountZeros(MicroOpCode.TrailingZeros));
        rows.Add(Mnemonic.Andn,    l => l.Andn());
        rows.Add(Mnemonic.Bextr,   l => l.Bextr());
        rows.Add(Mnemonic.Blsi,    l => l.Blsi());
        rows.Add(Mnemonic.Blsmsk,  l => l.Blsmsk());
        rows.Add(Mnemonic.Blsr,    l => l.Blsr());
        rows.Add(Mnemonic.Bzhi,    l => l.Bzhi());
        rows.Add(Mnemonic.Pdep,    l => l.ParallelBits(MicroOpCode.DepositBits));
        rows.Add(Mnemonic.Pext,    l => l.ParallelBits(MicroOpCode.ExtractBits));

        // Flags
        rows.Add(Mnemonic.Lahf,    l => l.Lahf());
        rows.Add(Mnemonic.Sahf,    l => l.Sahf());
        rows.Add(Mnemonic.Clc,     l => l.Clc());
        rows.Add(Mnemonic.Stc,     l => l.Stc());
        rows.Add(Mnemonic.Cmc,     l => l.Cmc());
        rows.Add(Mnemonic.Cld,     l => l.Direction(0));
        rows.Add(Mnemonic.Std,     l => l.Direction(1));

        // Stack
        rows.Add(Mnemonic.Push,    l => l.Push());
        rows.Add(Mnemonic.Pop,     l => l.Pop());
        rows.Add(Mnemonic.Pushf,   l => l.Pushf(2));
        rows.Add(Mnemonic.Pushfq,  l => l.Pushf(8));
        rows.Add(Mnemonic.Popf,    l => l.Popf(2));
        rows.Add(Mnemonic.Popfq,   l => l.Popf(8));
        rows.Add(Code.Enterw_imm16_imm8, l => l.Enter(2));
        rows.Add(Code.Enterq_imm16_imm8, l => l.Enter(8));
        rows.Add(Code.Leavew,      l => l.Leave(2));
        rows.Add(Code.Leaveq,      l => l.Leave(8));

        // Strings. MOVSD and CMPSD are also names of SSE instructions.
        rows.Add(Mnemonic.Movsb,       l => l.Movs(1));
        rows.Add(Mnemonic.Movsw,       l => l.Movs(2));
        rows.Add(Code.Movsd_m32_m32,   l => l.Movs(4));
        rows.Add(Mnemonic.Movsq,       l => l.Movs(8));
        rows.Add(Mnemonic.Stosb,       l => l.Stos(1));
        rows.Add(Mnemonic.Stosw,       l => l.Stos(2));
        rows.Add(Mnemonic.Stosd,       l => l.Stos(4));
        rows.Add(Mnemonic.Stosq,       l => l.Stos(8));
        rows.Add(Mnemonic.Lodsb,       l => l.Lods(1));
        rows.Add(Mnemonic.Lodsw,       l => l.Lods(2));
        rows.Add(Mnemonic.Lodsd,       l => l.Lods(4));
        rows.Add(Mnemonic.Lodsq,       l => l.Lods(8));
        rows.Add(Mnemonic.Cmpsb,       l => l.Cmps(1));
        rows.Add(Mnemonic.Cmpsw,       l => l.Cmps(2));
        rows.Add(Code.Cmpsd_m32_m32,   l => l.Cmps(4));
        rows.Add(Mnemonic.Cmpsq,       l => l.Cmps(8));
        rows.Add(Mnemonic.Scasb,       l => l.Scas(1));
        rows.Add(Mnemonic.Scasw,       l => l.Scas(2));
        rows.Add(Mnemonic.Scasd,       l => l.Scas(4));
        rows.Add(Mnemonic.Scasq,       l => l.Scas(8));

        // Control transfer
        rows.Add(Mnemonic.Jmp,     l => l.Jmp());
        rows.Add(Mnemonic.Call,    l => l.Call());
        rows.Add(Mnemonic.Ret,     l => l.Ret());
        rows.Add(Mnemonic.Loop,    l => l.Loop());
        rows.Add(Mnemonic.Loope,   l => l.Loop(Condition.E));
        rows.Add(Mnemonic.Loopne,  l => l.Loop(Condition.NE));
        rows.Add(Mnemonic.Jrcxz,   l => l.Jrcxz());
        rows.Add(Mnemonic.Jecxz,   l => l.Jrcxz());
    }
#pragma warning restore format
}
