using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Instructions on the flags themselves.</content>
internal sealed partial class Lifter
{
    /// <summary>The flags that LAHF and SAHF move: CF, PF, AF, ZF, SF.</summary>
    private const ulong LowByteFlags = Rflags.Arithmetic & 0xff;

    internal void Lahf()
    {
        byte low = Emit.Temporary(MicroOpCode.Or, 8, Emit.ReadFlags(), Source.Of((long)Rflags.Fixed));
        Emit.Value(MicroOpCode.InsertHigh, 1, Operand.Rax, Operand.Rax, low);
    }

    internal void Sahf()
    {
        byte ah = Emit.Temporary(MicroOpCode.ExtractHigh, 2, Operand.Rax);
        byte low = Emit.Temporary(MicroOpCode.And, 8, ah, Source.Of((long)LowByteFlags));
        byte overflow = Emit.Temporary(MicroOpCode.And, 8, Emit.ReadFlags(), Source.Of((long)Rflags.OF));
        Emit.SetFlags(FlagKind.Raw, 8, Emit.Temporary(MicroOpCode.Or, 8, low, overflow));
    }

    internal void Clc() => ChangeCarry(MicroOpCode.And, ~(long)Rflags.CF);

    internal void Stc() => ChangeCarry(MicroOpCode.Or, (long)Rflags.CF);

    internal void Cmc() => ChangeCarry(MicroOpCode.Xor, (long)Rflags.CF);

    /// <summary>CLD and STD.</summary>
    internal void Direction(int value) => Emit.Helper(MicroOpCode.SetDirection, aux: value);

    internal void Cli() => Emit.Helper(MicroOpCode.SetInterrupt, aux: 0);

    /// <summary>STI ends its block: interrupts wait until the next instruction is done, and the count of retired ones tells which that is.</summary>
    internal void Sti()
    {
        Emit.Helper(MicroOpCode.SetInterrupt, aux: 1);
        End(Terminal.Dispatch(Next));
    }

    private void ChangeCarry(MicroOpCode code, long mask) =>
        Emit.SetFlags(FlagKind.Raw, 8, Emit.Temporary(code, 8, Emit.ReadFlags(), Source.Of(mask)));
}
