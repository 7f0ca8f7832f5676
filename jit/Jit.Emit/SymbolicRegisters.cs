using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>What a block's value registers hold, as a root (a value not known otherwise) plus a constant. Followed micro-op by micro-op.</summary>
internal sealed class SymbolicRegisters
{
    private readonly (int Root, long Delta)[] _values = new (int, long)[48];
    private int _roots = 48;

    public SymbolicRegisters()
    {
        for (int i = 0; i < _values.Length; i++)
            _values[i] = (i, 0);
    }

    /// <summary>A register's value; that of no register is a root of its own.</summary>
    public (int Root, long Delta) this[byte register] => register < _values.Length ? _values[register] : (-1, 0);

    public void After(in MicroOp op)
    {
        ulong writes = MicroOpOperands.ValueWrites(op);
        if (writes == 0)
            return;
        (int Root, long Delta)? known = op.Size != 8 || op.A >= _values.Length ? null : op.Code switch
        {
            MicroOpCode.Move => this[op.A],
            MicroOpCode.Add when op.B == Operand.Immediate => (this[op.A].Root, this[op.A].Delta + op.Imm),
            MicroOpCode.Sub when op.B == Operand.Immediate => (this[op.A].Root, this[op.A].Delta - op.Imm),
            MicroOpCode.LoadAddress when op.B == Operand.None && (op.Aux & MemoryAux.Address32) == 0 => (this[op.A].Root, this[op.A].Delta + op.Imm),
            _ => null,
        };
        for (int i = 0; i < _values.Length; i++)
        {
            if ((writes >> i & 1) != 0)
                _values[i] = known ?? (_roots++, 0);
        }
    }
}
