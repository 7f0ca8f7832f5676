using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Tests.Interpret;

/// <summary>Puts a block together by hand: micro-ops, cut into guest instructions of four bytes each.</summary>
internal sealed class MicroCode
{
    public const ulong Rip = 0x40_0000;

    private readonly List<MicroOp> _ops = [];
    private readonly List<GuestInstruction> _instructions = [];

    /// <summary>The next micro-op begins a guest instruction.</summary>
    public MicroCode Instruction()
    {
        _instructions.Add(new GuestInstruction((ushort)(4 * _instructions.Count), 4, (ushort)_ops.Count));
        return this;
    }

    public MicroCode Op(
        MicroOpCode code, int size, byte dst = Operand.None, byte a = Operand.None, byte b = Operand.None, byte c = Operand.None, byte aux = 0, long imm = 0)
    {
        if (_instructions.Count == 0)
            Instruction();
        _ops.Add(new MicroOp { Code = code, Size = (byte)size, Dst = dst, A = a, B = b, C = c, Aux = aux, Imm = imm });
        return this;
    }

    public MicroCode SetFlags(FlagKind kind, int size, byte a, byte b = Operand.None, byte c = Operand.None, long imm = 0) =>
        Op(MicroOpCode.SetFlags, size, a: a, b: b, c: c, aux: (byte)kind, imm: imm);

    public MicroBlock Block(Terminal terminal) =>
        new(Rip, BlockMode.None, 4 * _instructions.Count, [.. _ops], [.. _instructions], terminal);

    /// <summary>With a jump behind, which retires with the last instruction.</summary>
    public MicroBlock Block() => Block(Terminal.Jump(Rip + (ulong)(4 * _instructions.Count)));
}
