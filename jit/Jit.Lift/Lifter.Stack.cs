using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>The stack. Operands are 8 bytes, or 2 with an operand-size prefix.</content>
internal sealed partial class Lifter
{
    internal void Push()
    {
        if (_instruction.Op0Register.IsSegment(out byte segment) && IsRegister(0))
        {
            byte selector = Emit.Temporary();
            Emit.Helper(MicroOpCode.ReadSegment, 2, selector, aux: segment);
            PushValue(StackSize(), selector);
            return;
        }

        PushValue(StackSize(), Read(0));
    }

    internal void Pop()
    {
        int size = StackSize();
        if (IsMemory(0))
        {
            byte value = Emit.Load(size, StackTop(0));
            EffectiveAddress address = Address();
            // An address formed with RSP uses its value after the pop.
            if (address.Base == Operand.Rsp)
                address = address with { Displacement = address.Displacement + size };
            Emit.Store(size, address, value);
            MoveStack(size);
            return;
        }

        if (_instruction.Op0Register.IsSegment(out byte segment))
        {
            byte selector = Emit.Load(size, StackTop(0));
            Emit.Helper(MicroOpCode.LoadSegment, 2, a: selector, aux: segment);
            MoveStack(size);
            End(Terminal.Dispatch(Next));
            return;
        }

        byte number = Number(_instruction.Op0Register);
        if (size == 8 && number != Operand.Rsp)
        {
            Emit.Load(8, number, StackTop(0));
            MoveStack(8);
            return;
        }

        byte popped = Emit.Load(size, StackTop(0));
        MoveStack(size);
        WriteNumbered(number, size, popped);
    }

    internal void Pushf(int size)
    {
        byte flags = Emit.Temporary();
        Emit.Helper(MicroOpCode.ReadRflags, 8, flags);
        PushValue(size, flags);
    }

    internal void Popf(int size)
    {
        byte flags = Emit.Load(size, StackTop(0));
        Emit.Helper(MicroOpCode.WriteRflags, size, a: flags);
        MoveStack(size);
        End(Terminal.Dispatch(Next));
    }

    internal void Enter(int size)
    {
        int bytes = (int)_instruction.GetImmediate(0) & 0xffff;
        int level = (int)_instruction.GetImmediate(1) & 31;
        Emit.Store(size, StackTop(-size), Operand.Rbp);
        byte frame = Emit.Temporary(MicroOpCode.Sub, 8, Operand.Rsp, Source.Of(size));
        byte link = Emit.Temporary();
        for (int i = 1; i < level; i++)
        {
            Emit.Load(size, link, new EffectiveAddress(Operand.Rbp, Operand.None, 0, -size * i));
            Emit.Store(size, StackTop(-size * (i + 1)), link);
        }

        if (level > 0)
            Emit.Store(size, StackTop(-size * (level + 1)), frame);
        // The processor checks that the new stack pointer's memory can be written, although nothing is.
        if (bytes > 0)
            Emit.Load(size, StackTop(-(size * (level + 1)) - bytes), forWrite: true);
        Emit.Value(MicroOpCode.Sub, 8, Operand.Rsp, frame, Source.Of(bytes + (size * level)));
        WriteNumbered(Operand.Rbp, size, frame);
    }

    internal void Leave(int size)
    {
        byte value = Emit.Load(size, new EffectiveAddress(Operand.Rbp, Operand.None, 0, 0));
        Emit.Value(MicroOpCode.Add, 8, Operand.Rsp, Operand.Rbp, Source.Of(size));
        WriteNumbered(Operand.Rbp, size, value);
    }

    /// <summary>The operand size of PUSH and POP: what the instruction moves the stack pointer by.</summary>
    private int StackSize() => Math.Abs(_instruction.StackPointerIncrement);

    private static EffectiveAddress StackTop(int displacement) => new(Operand.Rsp, Operand.None, 0, displacement);

    /// <summary>Store, then move the pointer. The value may be RSP: its old value is stored.</summary>
    private void PushValue(int size, Source value)
    {
        Emit.Store(size, StackTop(-size), value);
        MoveStack(-size);
    }

    private void MoveStack(long bytes) => Emit.Value(MicroOpCode.Add, 8, Operand.Rsp, Operand.Rsp, Source.Of(bytes));
}
