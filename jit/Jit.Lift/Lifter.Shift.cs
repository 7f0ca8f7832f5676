using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Shifts and rotates.</content>
internal sealed partial class Lifter
{
    internal void Shl() => Shift(MicroOpCode.ShiftLeft, FlagKind.Shl);

    internal void Shr() => Shift(MicroOpCode.ShiftRight, FlagKind.Shr);

    internal void Sar() => Shift(MicroOpCode.ShiftArithmetic, FlagKind.Sar);

    internal void Rol() => Rotate(MicroOpCode.RotateLeft, MicroOpCode.RotateLeftFlags, throughCarry: false);

    internal void Ror() => Rotate(MicroOpCode.RotateRight, MicroOpCode.RotateRightFlags, throughCarry: false);

    internal void Rcl() => Rotate(MicroOpCode.RotateCarryLeft, MicroOpCode.RotateCarryLeftFlags, throughCarry: true);

    internal void Rcr() => Rotate(MicroOpCode.RotateCarryRight, MicroOpCode.RotateCarryRightFlags, throughCarry: true);

    internal void Shld() => ShiftDouble(MicroOpCode.ShiftLeftDouble, MicroOpCode.ShiftLeftDoubleFlags);

    internal void Shrd() => ShiftDouble(MicroOpCode.ShiftRightDouble, MicroOpCode.ShiftRightDoubleFlags);

    /// <summary>RORX, SARX, SHLX, SHRX: no flags.</summary>
    internal void ShiftWithoutFlags(MicroOpCode code)
    {
        int size = SizeOf(0);
        Source value = Read(1);
        Source count = Count(2, size);
        Emit.Value(code, size, ResultFor(0), value, count);
    }

    private void Shift(MicroOpCode code, FlagKind kind)
    {
        int size = SizeOf(0);
        Source count = Count(1, size);
        if (IsMemory(0))
        {
            EffectiveAddress address = Address();
            byte old = Emit.Load(size, address, forWrite: true);
            Emit.Store(size, address, Emit.Temporary(code, size, old, count));
            SetShiftFlags(kind, size, old, count);
            return;
        }

        Source a = Read(0);
        SetShiftFlags(kind, size, a, count);
        byte result = ResultFor(0);
        Emit.Value(code, size, result, a, count);
        Commit(0, result);
    }

    private void SetShiftFlags(FlagKind kind, int size, Source value, Source count)
    {
        if (!count.IsConstant)
            Emit.Value(MicroOpCode.SetFlagsIfCount, size, Operand.None, value, count, Source.None, (int)kind);
        else if (count.Constant != 0)
            Emit.SetFlags(kind, size, value, count);
    }

    private void Rotate(MicroOpCode code, MicroOpCode flags, bool throughCarry)
    {
        int size = SizeOf(0);
        Source count = Count(1, size);
        bool memory = IsMemory(0);
        EffectiveAddress address = memory ? Address() : default;
        // The flags of RCL and RCR need the operand as it was: a copy, because the register is written in place.
        Source old = memory ? Emit.Load(size, address, forWrite: true) : throughCarry ? ReadCopy(0) : Read(0);
        byte result = memory ? Emit.Temporary() : ResultFor(0);
        Source carry = throughCarry ? Emit.Condition(Condition.B) : Source.None;
        Emit.Value(code, size, result, old, count, carry);
        if (memory)
            Emit.Store(size, address, result);
        if (count is not { IsConstant: true, Constant: 0 })
        {
            byte word = Emit.Temporary(flags, size, throughCarry ? old : result, count, Emit.ReadFlags());
            Emit.SetFlags(FlagKind.Raw, 8, word);
        }

        if (!memory)
            Commit(0, result);
    }

    private void ShiftDouble(MicroOpCode code, MicroOpCode flags)
    {
        int size = SizeOf(0);
        Source count = Count(2, size);
        bool memory = IsMemory(0);
        EffectiveAddress address = memory ? Address() : default;
        Source old = memory ? Emit.Load(size, address, forWrite: true) : ReadCopy(0);
        byte result = memory ? Emit.Temporary() : ResultFor(0);
        Emit.Value(code, size, result, old, Read(1), count);
        if (memory)
            Emit.Store(size, address, result);
        if (!count.IsConstant)
        {
            byte word = Emit.Temporary(flags, size, old, count, result);
            Emit.SetFlags(FlagKind.Raw, 8, Emit.Temporary(MicroOpCode.Select, 8, word, Emit.ReadFlags(), count));
        }
        else if (count.Constant != 0)
        {
            Emit.SetFlags(FlagKind.Raw, 8, Emit.Temporary(flags, size, old, count, result));
        }

        if (!memory)
            Commit(0, result);
    }

    /// <summary>A shift count, masked to 6 bits for 64-bit operands and 5 for others.</summary>
    private Source Count(int operand, int size)
    {
        int mask = CountMask(size);
        if (_instruction.GetOpKind(operand) != OpKind.Register)
            return Source.Of((long)_instruction.GetImmediate(operand) & mask);
        return Emit.Temporary(MicroOpCode.And, 1, Number(_instruction.GetOpRegister(operand)), Source.Of(mask));
    }
}
