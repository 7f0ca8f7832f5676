using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Moves, extensions, exchanges of registers, conditional moves.</content>
internal sealed partial class Lifter
{
    internal void Mov()
    {
        if (_instruction.Op0Register.IsSegmentRegister() && IsRegister(0))
        {
            MoveToSegment();
            return;
        }

        if (IsRegister(1) && _instruction.Op1Register.IsSegmentRegister())
        {
            MoveFromSegment();
            return;
        }

        if (IsRegister(0) && !IsGeneral(_instruction.Op0Register) || IsRegister(1) && !IsGeneral(_instruction.Op1Register))
        {
            MoveSystemRegister();
            return;
        }

        if (IsMemory(1) && SizeOf(0) >= 4)
            Emit.Load(SizeOf(0), Number(_instruction.Op0Register), Address());
        else
            Write(0, Read(1));
    }

    internal void Movzx()
    {
        int from = SizeOf(1);
        byte result = ResultFor(0);
        if (IsMemory(1))
            Emit.Load(from, result, Address());
        else
            Emit.Move(from, result, Read(1));
        Commit(0, result);
    }

    /// <summary>MOVSX and MOVSXD.</summary>
    internal void Movsx()
    {
        int from = SizeOf(1);
        int to = SizeOf(0);
        Source value = Read(1);
        byte result = ResultFor(0);
        if (from == to)
            Emit.Move(to, result, value);
        else
            Emit.SignExtend(from, to, result, value);
        Commit(0, result);
    }

    internal void Lea()
    {
        byte result = ResultFor(0);
        Emit.LoadAddress(SizeOf(0), result, Address());
        Commit(0, result);
    }

    internal void Xchg()
    {
        int size = SizeOf(0);
        if (IsMemory(0) || IsMemory(1))
        {
            int register = IsMemory(0) ? 1 : 0;
            byte old = Emit.Atomic(MicroOpCode.AtomicExchange, size, Address(), Read(register));
            WriteRegister(register, old);
            return;
        }

        byte first = ReadCopy(0);
        byte second = ReadCopy(1);
        WriteRegister(0, second);
        WriteRegister(1, first);
    }

    internal void Bswap()
    {
        int size = SizeOf(0);
        if (size == 2)
        {
            // Undefined by the manuals; processors clear the register's low half.
            WriteRegister(0, Source.Of(0));
            return;
        }

        byte number = Number(_instruction.Op0Register);
        Emit.Value(MicroOpCode.ByteSwap, size, number, number);
    }

    internal void Movbe()
    {
        int size = SizeOf(0);
        Source value = Read(1);
        Write(0, Emit.Temporary(MicroOpCode.ByteSwap, size, value));
    }

    internal void Cmovcc(Condition condition)
    {
        int size = SizeOf(0);
        // The load is not conditional, and a 32-bit destination is zero-extended even if the condition is false.
        Source value = Read(1);
        byte result = ResultFor(0);
        Emit.Value(MicroOpCode.Select, size, result, value, Read(0), Emit.Condition(condition));
        Commit(0, result);
    }

    internal void Setcc(Condition condition) => Write(0, Emit.Condition(condition));

    /// <summary>CBW, CWDE, CDQE: the lower half of rAX sign-extended to <paramref name="size"/> bytes.</summary>
    internal void ExtendAccumulator(int size)
    {
        if (size == 2)
            WriteNumbered(Operand.Rax, 2, Emit.SignExtend(1, 2, Operand.Rax));
        else
            Emit.SignExtend(size / 2, size, Operand.Rax, Operand.Rax);
    }

    /// <summary>CWD, CDQ, CQO: rDX becomes the sign of rAX.</summary>
    internal void SignIntoRdx(int size)
    {
        Source sign = Source.Of((size * 8) - 1);
        if (size == 2)
            WriteNumbered(Operand.Rdx, 2, Emit.Temporary(MicroOpCode.ShiftArithmetic, 2, Operand.Rax, sign));
        else
            Emit.Value(MicroOpCode.ShiftArithmetic, size, Operand.Rdx, Operand.Rax, sign);
    }

    internal void Xlat()
    {
        byte index = Emit.Temporary(MicroOpCode.Move, 1, Operand.Rax);
        int address32 = _instruction.MemoryBase == Register.EBX ? MemoryAux.Address32 : 0;
        byte value = Emit.Load(1, new EffectiveAddress(Operand.Rbx, index, (byte)(SegmentBits() | address32), 0));
        WriteNumbered(Operand.Rax, 1, value);
    }

    private static bool IsGeneral(Register register) => register is >= Register.AL and <= Register.R15;
}
