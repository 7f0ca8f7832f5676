using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Exchange-and-add and compare-and-exchange, locked and not.</content>
internal sealed partial class Lifter
{
    internal void Xadd()
    {
        int size = SizeOf(0);
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            byte addend = ReadCopy(1);
            byte old;
            if (Locked)
            {
                old = Emit.Atomic(MicroOpCode.AtomicAdd, size, address, addend);
            }
            else
            {
                old = Emit.Load(size, address, forWrite: true);
                Emit.Store(size, address, Emit.Temporary(MicroOpCode.Add, size, old, addend));
            }

            Emit.SetFlags(FlagKind.Add, size, old, addend);
            WriteRegister(1, old);
            return;
        }

        byte a = ReadCopy(0);
        byte b = ReadCopy(1);
        byte sum = Emit.Temporary(MicroOpCode.Add, size, a, b);
        Emit.SetFlags(FlagKind.Add, size, a, b);
        // The destination is written last: with equal operands it keeps the sum.
        WriteRegister(1, a);
        WriteRegister(0, sum);
    }

    internal void Cmpxchg()
    {
        int size = SizeOf(0);
        Source source = Read(1);
        if (!IsMemory(0))
        {
            ExchangeRegisterIfEqual(size, source);
            return;
        }

        EffectiveAddress address = Address();
        byte old;
        byte equal;
        if (Locked)
        {
            old = Emit.Atomic(MicroOpCode.AtomicCompareExchange, size, address, source);
            equal = Emit.Temporary(MicroOpCode.Equal, size, Operand.Rax, old);
        }
        else
        {
            old = Emit.Load(size, address, forWrite: true);
            equal = Emit.Temporary(MicroOpCode.Equal, size, Operand.Rax, old);
            // A failed comparison writes the old value back, as the processor does.
            Emit.Store(size, address, Emit.Temporary(MicroOpCode.Select, size, source, old, equal));
        }

        Emit.SetFlags(FlagKind.Sub, size, Operand.Rax, old);
        LoadAccumulatorUnless(equal, size, old);
    }

    private void ExchangeRegisterIfEqual(int size, Source source)
    {
        byte old = ReadCopy(0);
        byte equal = Emit.Temporary(MicroOpCode.Equal, size, Operand.Rax, old);
        byte written = Emit.Temporary(MicroOpCode.Move, size, source);
        Emit.SetFlags(FlagKind.Sub, size, Operand.Rax, old);
        LoadAccumulatorUnless(equal, size, old);
        if (size >= 4)
        {
            // As with the accumulator, the register that is not written keeps its upper half.
            byte number = Number(_instruction.Op0Register);
            Emit.Value(MicroOpCode.Select, 8, number, written, number, equal);
        }
        else
        {
            WriteRegister(0, Emit.Temporary(MicroOpCode.Select, size, written, old, equal));
        }
    }

    /// <summary>CMPXCHG8B and CMPXCHG16B.</summary>
    internal void CmpxchgWide(int size) => Emit.Helper(MicroOpCode.CompareExchangeWide, size, a: LinearAddress());

    /// <summary>A successful comparison does not write rAX at all, so that its upper half survives.</summary>
    private void LoadAccumulatorUnless(byte equal, int size, byte old)
    {
        if (size >= 4)
        {
            Emit.Value(MicroOpCode.Select, 8, Operand.Rax, Operand.Rax, old, equal);
            return;
        }

        byte part = Emit.Temporary(MicroOpCode.Select, size, Operand.Rax, old, equal);
        Emit.Value(MicroOpCode.InsertLow, size, Operand.Rax, Operand.Rax, part);
    }
}
