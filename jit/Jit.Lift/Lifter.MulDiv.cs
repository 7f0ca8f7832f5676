using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Multiplication and division.</content>
internal sealed partial class Lifter
{
    internal void Mul() => MultiplyWide(signed: false);

    internal void Imul()
    {
        switch (_instruction.OpCount)
        {
            case 1:
                MultiplyWide(signed: true);
                break;
            case 2:
                MultiplyTruncating(0, 1);
                break;
            default:
                MultiplyTruncating(1, 2);
                break;
        }
    }

    /// <summary>MULX: the product of RDX into two registers, no flags. If both are the same one, it gets the high half.</summary>
    internal void Mulx()
    {
        int size = SizeOf(0);
        Source source = Read(2);
        byte high = Emit.Temporary(MicroOpCode.MultiplyHighUnsigned, size, Operand.Rdx, source);
        Emit.Value(MicroOpCode.MultiplyLow, size, ResultFor(1), Operand.Rdx, source);
        Emit.Move(size, ResultFor(0), high);
    }

    internal void Div() => Divide(MicroOpCode.DivideUnsigned);

    internal void Idiv() => Divide(MicroOpCode.DivideSigned);

    private void Divide(MicroOpCode code)
    {
        int size = SizeOf(0);
        byte divisor = Emit.InRegister(Read(0));
        Emit.Helper(code, size, a: divisor);
    }

    private void MultiplyWide(bool signed)
    {
        int size = SizeOf(0);
        Source source = Read(0);
        MicroOpCode overflowCode = signed ? MicroOpCode.MultiplyOverflowSigned : MicroOpCode.MultiplyOverflowUnsigned;
        byte overflow = Emit.Temporary(overflowCode, size, Operand.Rax, source);
        if (size == 1)
        {
            // The product of bytes goes to AX.
            byte a = signed ? Emit.SignExtend(1, 2, Operand.Rax) : Emit.Temporary(MicroOpCode.Move, 1, Operand.Rax);
            byte b = signed ? Emit.SignExtend(1, 2, source) : Emit.Temporary(MicroOpCode.Move, 1, source);
            byte product = Emit.Temporary(MicroOpCode.MultiplyLow, 2, a, b);
            Emit.SetFlags(FlagKind.Mul, 1, product, overflow);
            WriteNumbered(Operand.Rax, 2, product);
            return;
        }

        byte high = Emit.Temporary(signed ? MicroOpCode.MultiplyHighSigned : MicroOpCode.MultiplyHighUnsigned, size, Operand.Rax, source);
        byte low = size >= 4 ? Operand.Rax : Emit.Temporary();
        Emit.Value(MicroOpCode.MultiplyLow, size, low, Operand.Rax, source);
        Emit.SetFlags(FlagKind.Mul, size, low, overflow);
        if (size < 4)
            WriteNumbered(Operand.Rax, size, low);
        WriteNumbered(Operand.Rdx, size, high);
    }

    private void MultiplyTruncating(int left, int right)
    {
        int size = SizeOf(0);
        Source a = Read(left);
        Source b = Read(right);
        byte overflow = Emit.Temporary(MicroOpCode.MultiplyOverflowSigned, size, a, b);
        byte result = ResultFor(0);
        Emit.Value(MicroOpCode.MultiplyLow, size, result, a, b);
        Emit.SetFlags(FlagKind.Mul, size, result, overflow);
        Commit(0, result);
    }
}
