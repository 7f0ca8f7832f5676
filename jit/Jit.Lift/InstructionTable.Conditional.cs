using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Lift;

/// <content>Jcc, CMOVcc, SETcc.</content>
internal static partial class InstructionTable
{
#pragma warning disable format // a table: its columns are aligned
    private static void AddConditional(Rows rows)
    {
        rows.Add(Mnemonic.Jo,       l => l.Jcc(Condition.O));
        rows.Add(Mnemonic.Jno,      l => l.Jcc(Condition.NO));
        rows.Add(Mnemonic.Jb,       l => l.Jcc(Condition.B));
        rows.Add(Mnemonic.Jae,      l => l.Jcc(Condition.AE));
        rows.Add(Mnemonic.Je,       l => l.Jcc(Condition.E));
        rows.Add(Mnemonic.Jne,      l => l.Jcc(Condition.NE));
        rows.Add(Mnemonic.Jbe,      l => l.Jcc(Condition.BE));
        rows.Add(Mnemonic.Ja,       l => l.Jcc(Condition.A));
        rows.Add(Mnemonic.Js,       l => l.Jcc(Condition.S));
        rows.Add(Mnemonic.Jns,      l => l.Jcc(Condition.NS));
        rows.Add(Mnemonic.Jp,       l => l.Jcc(Condition.P));
        rows.Add(Mnemonic.Jnp,      l => l.Jcc(Condition.NP));
        rows.Add(Mnemonic.Jl,       l => l.Jcc(Condition.L));
        rows.Add(Mnemonic.Jge,      l => l.Jcc(Condition.GE));
        rows.Add(Mnemonic.Jle,      l => l.Jcc(Condition.LE));
        rows.Add(Mnemonic.Jg,       l => l.Jcc(Condition.G));

        rows.Add(Mnemonic.Cmovo,    l => l.Cmovcc(Condition.O));
        rows.Add(Mnemonic.Cmovno,   l => l.Cmovcc(Condition.NO));
        rows.Add(Mnemonic.Cmovb,    l => l.Cmovcc(Condition.B));
        rows.Add(Mnemonic.Cmovae,   l => l.Cmovcc(Condition.AE));
        rows.Add(Mnemonic.Cmove,    l => l.Cmovcc(Condition.E));
        rows.Add(Mnemonic.Cmovne,   l => l.Cmovcc(Condition.NE));
        rows.Add(Mnemonic.Cmovbe,   l => l.Cmovcc(Condition.BE));
        rows.Add(Mnemonic.Cmova,    l => l.Cmovcc(Condition.A));
        rows.Add(Mnemonic.Cmovs,    l => l.Cmovcc(Condition.S));
        rows.Add(Mnemonic.Cmovns,   l => l.Cmovcc(Condition.NS));
        rows.Add(Mnemonic.Cmovp,    l => l.Cmovcc(Condition.P));
        rows.Add(Mnemonic.Cmovnp,   l => l.Cmovcc(Condition.NP));
        rows.Add(Mnemonic.Cmovl,    l => l.Cmovcc(Condition.L));
        rows.Add(Mnemonic.Cmovge,   l => l.Cmovcc(Condition.GE));
        rows.Add(Mnemonic.Cmovle,   l => l.Cmovcc(Condition.LE));
        rows.Add(Mnemonic.Cmovg,    l => l.Cmovcc(Condition.G));

        rows.Add(Mnemonic.Seto,     l => l.Setcc(Condition.O));
        rows.Add(Mnemonic.Setno,    l => l.Setcc(Condition.NO));
        rows.Add(Mnemonic.Setb,     l => l.Setcc(Condition.B));
        rows.Add(Mnemonic.Setae,    l => l.Setcc(Condition.AE));
        rows.Add(Mnemonic.Sete,     l => l.Setcc(Condition.E));
        rows.Add(Mnemonic.Setne,    l => l.Setcc(Condition.NE));
        rows.Add(Mnemonic.Setbe,    l => l.Setcc(Condition.BE));
        rows.Add(Mnemonic.Seta,     l => l.Setcc(Condition.A));
        rows.Add(Mnemonic.Sets,     l => l.Setcc(Condition.S));
        rows.Add(Mnemonic.Setns,    l => l.Setcc(Condition.NS));
        rows.Add(Mnemonic.Setp,     l => l.Setcc(Condition.P));
        rows.Add(Mnemonic.Setnp,    l => l.Setcc(Condition.NP));
        rows.Add(Mnemonic.Setl,     l => l.Setcc(Condition.L));
        rows.Add(Mnemonic.Setge,    l => l.Setcc(Condition.GE));
        rows.Add(Mnemonic.Setle,    l => l.Setcc(Condition.LE));
        rows.Add(Mnemonic.Setg,     l => l.Setcc(Condition.G));
    }
#pragma warning restore format
}
