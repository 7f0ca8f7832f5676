using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Addition, subtraction, logic, comparison.</content>
internal sealed partial class Lifter
{
    internal void Add() => AddOrSub(MicroOpCode.Add, FlagKind.Add);

    internal void Sub() => AddOrSub(MicroOpCode.Sub, FlagKind.Sub);

    internal void Adc() => WithCarry(MicroOpCode.AddCarry, FlagKind.Adc);

    internal void Sbb() => WithCarry(MicroOpCode.SubBorrow, FlagKind.Sbb);

    internal void And() => Logic(MicroOpCode.And, MicroOpCode.AtomicAnd);

    internal void Or() => Logic(MicroOpCode.Or, MicroOpCode.AtomicOr);

    internal void Xor()
    {
        if (IsZeroIdiom())
        {
            // XOR r, r is how code writes 0: no read of the register remains.
            int size = SizeOf(0);
            WriteRegister(0, Source.Of(0));
            Emit.SetFlags(FlagKind.Logic, size, Source.Of(0));
            return;
        }

        Logic(MicroOpCode.Xor, MicroOpCode.AtomicXor);
    }

    internal void Cmp()
    {
        int size = SizeOf(0);
        Source a = Read(0);
        Source b = Read(1);
        Emit.SetFlags(FlagKind.Sub, size, a, b);
    }

    internal void Test()
    {
        int size = SizeOf(0);
        Source a = Read(0);
        if (!IsMemory(0) && IsRegister(1) && _instruction.Op0Register == _instruction.Op1Register)
        {
            Emit.SetFlags(FlagKind.Logic, size, a);
            return;
        }

        Source b = Read(1);
        Emit.SetFlags(FlagKind.Logic, size, Emit.Temporary(MicroOpCode.And, size, a, b));
    }

    internal void Inc() => Step(MicroOpCode.Add, FlagKind.Inc, 1);

    internal void Dec() => Step(MicroOpCode.Sub, FlagKind.Dec, -1);

    internal void Neg()
    {
        int size = SizeOf(0);
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            byte old;
            if (Locked)
            {
                old = Emit.Atomic(MicroOpCode.AtomicNegate, size, address, Source.None);
            }
            else
            {
                old = Emit.Load(size, address, forWrite: true);
                Emit.Store(size, address, Emit.Temporary(MicroOpCode.Negate, size, old));
            }

            Emit.SetFlags(FlagKind.Sub, size, Source.Of(0), old);
            return;
        }

        Source value = Read(0);
        Emit.SetFlags(FlagKind.Sub, size, Source.Of(0), value);
        byte result = ResultFor(0);
        Emit.Value(MicroOpCode.Negate, size, result, value);
        Commit(0, result);
    }

    internal void Not()
    {
        int size = SizeOf(0);
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            if (Locked)
            {
                Emit.Atomic(MicroOpCode.AtomicXor, size, address, Source.Of(-1));
                return;
            }

            byte old = Emit.Load(size, address, forWrite: true);
            Emit.Store(size, address, Emit.Temporary(MicroOpCode.Not, size, old));
            return;
        }

        Source value = Read(0);
        byte result = ResultFor(0);
        Emit.Value(MicroOpCode.Not, size, result, value);
        Commit(0, result);
    }

    /// <summary>ADCX and ADOX: an addition whose carry in and out is one flag alone.</summary>
    internal void AddWithFlag(ulong flag)
    {
        int size = SizeOf(0);
        Source b = Read(1);
        Source a = ReadCopy(0);
        byte carry = Emit.Condition(flag == Rflags.CF ? Condition.B : Condition.O);
        byte sum = Emit.Temporary(MicroOpCode.AddCarry, size, a, b, carry);
        // Carry out of the top bit: both set, or one set and the sum's bit clear.
        byte either = Emit.Temporary(MicroOpCode.AndNot, size, sum, Emit.Temporary(MicroOpCode.Or, size, a, b));
        byte carries = Emit.Temporary(MicroOpCode.Or, size, either, Emit.Temporary(MicroOpCode.And, size, a, b));
        byte carryOut = Emit.Temporary(MicroOpCode.ShiftRight, size, carries, Source.Of((size * 8) - 1));
        ReplaceFlag(flag, carryOut);
        Emit.Move(size, ResultFor(0), sum);
    }

    /// <summary>Sets one flag to a value of 0 or 1 and keeps the others.</summary>
    private void ReplaceFlag(ulong flag, byte value)
    {
        int position = System.Numerics.BitOperations.TrailingZeroCount(flag);
        byte rest = Emit.Temporary(MicroOpCode.And, 8, Emit.ReadFlags(), Source.Of(~(long)flag));
        byte bit = position == 0 ? value : Emit.Temporary(MicroOpCode.ShiftLeft, 8, value, Source.Of(position));
        Emit.SetFlags(FlagKind.Raw, 8, Emit.Temporary(MicroOpCode.Or, 8, rest, bit));
    }

    private bool IsZeroIdiom() => !IsMemory(0) && IsRegister(1) && _instruction.Op0Register == _instruction.Op1Register;

    private void AddOrSub(MicroOpCode code, FlagKind kind)
    {
        int size = SizeOf(0);
        Source b = Read(1);
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            byte old;
            if (Locked)
            {
                old = Emit.Atomic(MicroOpCode.AtomicAdd, size, address, kind == FlagKind.Add ? b : Negated(size, b));
            }
            else
            {
                old = Emit.Load(size, address, forWrite: true);
                Emit.Store(size, address, Emit.Temporary(code, size, old, b));
            }

            Emit.SetFlags(kind, size, old, b);
            return;
        }

        Source a = Read(0);
        Emit.SetFlags(kind, size, a, b);
        byte result = ResultFor(0);
        Emit.Value(code, size, result, a, b);
        Commit(0, result);
    }

    private void WithCarry(MicroOpCode code, FlagKind kind)
    {
        int size = SizeOf(0);
        Source b = Read(1);
        byte carry = Emit.Condition(Condition.B);
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            byte old;
            if (Locked)
            {
                byte operand = Emit.Temporary(MicroOpCode.Add, size, b, carry);
                old = Emit.Atomic(MicroOpCode.AtomicAdd, size, address, kind == FlagKind.Adc ? operand : Negated(size, operand));
            }
            else
            {
                old = Emit.Load(size, address, forWrite: true);
                Emit.Store(size, address, Emit.Temporary(code, size, old, b, carry));
            }

            Emit.SetFlags(kind, size, old, b, carry);
            return;
        }

        Source a = Read(0);
        Emit.SetFlags(kind, size, a, b, carry);
        byte result = ResultFor(0);
        Emit.Value(code, size, result, a, b, carry);
        Commit(0, result);
    }

    private void Logic(MicroOpCode code, MicroOpCode atomic)
    {
        int size = SizeOf(0);
        Source b = Read(1);
        byte result;
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            if (Locked)
            {
                result = Emit.Temporary(code, size, Emit.Atomic(atomic, size, address, b), b);
            }
            else
            {
                result = Emit.Temporary(code, size, Emit.Load(size, address, forWrite: true), b);
                Emit.Store(size, address, result);
            }

            Emit.SetFlags(FlagKind.Logic, size, result);
            return;
        }

        Source a = Read(0);
        result = ResultFor(0);
        Emit.Value(code, size, result, a, b);
        Emit.SetFlags(FlagKind.Logic, size, result);
        Commit(0, result);
    }

    private void Step(MicroOpCode code, FlagKind kind, long addend)
    {
        int size = SizeOf(0);
        byte carry = Emit.Condition(Condition.B);
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            byte old;
            if (Locked)
            {
                old = Emit.Atomic(MicroOpCode.AtomicAdd, size, address, Source.Of(addend));
            }
            else
            {
                old = Emit.Load(size, address, forWrite: true);
                Emit.Store(size, address, Emit.Temporary(code, size, old, Source.Of(1)));
            }

            Emit.SetFlags(kind, size, old, Source.None, carry);
            return;
        }

        Source a = Read(0);
        Emit.SetFlags(kind, size, a, Source.None, carry);
        byte result = ResultFor(0);
        Emit.Value(code, size, result, a, Source.Of(1));
        Commit(0, result);
    }

    private Source Negated(int size, Source value) =>
        value.IsConstant ? Source.Of(-value.Constant) : Emit.Temporary(MicroOpCode.Negate, size, value);
}
