using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Jumps, calls, returns, loops.</content>
internal sealed partial class Lifter
{
    internal void Jmp()
    {
        if (!_instruction.IsJmpShortOrNear)
            End(Terminal.Indirect(Checked(BranchTarget(), SizeOf(0))));
        else if (HasDirectTarget())
            End(Terminal.Jump(_instruction.NearBranchTarget));
    }

    /// <summary>With an operand-size prefix the target has 16 bits; not taken, it goes on behind the instruction all the same.</summary>
    internal void Jcc(Condition condition)
    {
        if (IsCanonical(_instruction.NearBranchTarget))
            End(Terminal.Branch(condition, _instruction.NearBranchTarget, Next));
        else
            EndBeyond(Emit.Condition(condition), _instruction.NearBranchTarget, Next);
    }

    internal void Call()
    {
        int size = StackSize();
        Source link = Source.Of(size == 2 ? (ushort)Next : (long)Next);
        if (_instruction.IsCallNear)
        {
            if (!HasDirectTarget())
                return;
            PushValue(size, link);
            End(Terminal.Jump(_instruction.NearBranchTarget, call: true, next: Next));
            return;
        }

        byte target = BranchTarget();
        if (target == Operand.Rsp)
            target = ReadCopy(0);
        Checked(target, SizeOf(0));
        PushValue(size, link);
        End(Terminal.Indirect(target, call: true, next: Next));
    }

    internal void Ret()
    {
        long released = _instruction.OpCount == 0 ? 0 : (long)_instruction.GetImmediate(0) & 0xffff;
        int size = _instruction.Code is Code.Retnw or Code.Retnw_imm16 ? 2 : 8;
        byte target = Checked(Emit.Load(size, StackTop(0)), size);
        MoveStack(size + released);
        End(Terminal.Indirect(target));
    }

    /// <summary>Far JMP and CALL through memory: an offset of <paramref name="size"/> bytes, then a selector.</summary>
    internal void FarTransfer(MicroOpCode code, int size)
    {
        EffectiveAddress address = Address();
        byte offset = Emit.Load(size, address);
        byte selector = Emit.Load(2, address with { Displacement = address.Displacement + size });
        Emit.Helper(code, size, a: offset, b: selector, imm: (long)Next);
        End(Terminal.Dispatch(0));
    }

    internal void Retf(int size)
    {
        long released = _instruction.OpCount == 0 ? 0 : (long)_instruction.GetImmediate(0) & 0xffff;
        Emit.Helper(MicroOpCode.FarReturn, size, imm: released);
        End(Terminal.Dispatch(0));
    }

    internal void Iret(int size)
    {
        Emit.Helper(MicroOpCode.InterruptReturn, size);
        End(Terminal.Dispatch(0));
    }

    /// <summary>LOOP; with a condition, LOOPE and LOOPNE. The counter has the address size.</summary>
    internal void Loop(Condition? condition = null)
    {
        int size = CounterSize();
        if (!IsCanonical(_instruction.NearBranchTarget))
        {
            byte left = Emit.Temporary(MicroOpCode.Sub, size, Operand.Rcx, Source.Of(1));
            byte goes = condition is { } met ? Emit.Temporary(MicroOpCode.Select, 8, left, Source.Of(0), Emit.Condition(met)) : left;
            byte target = CheckedBeyond(goes, _instruction.NearBranchTarget, Next);
            Emit.Move(8, Operand.Rcx, left);
            End(Terminal.Indirect(target));
            return;
        }

        Emit.Value(MicroOpCode.Sub, size, Operand.Rcx, Operand.Rcx, Source.Of(1));
        byte taken = Operand.Rcx;
        if (condition is { } wanted)
            taken = Emit.Temporary(MicroOpCode.Select, 8, Operand.Rcx, Source.Of(0), Emit.Condition(wanted));
        End(Terminal.BranchNonZero(taken, _instruction.NearBranchTarget, Next));
    }

    /// <summary>JRCXZ and JECXZ: to the target if the counter is zero.</summary>
    internal void Jrcxz()
    {
        byte counter = CounterSize() == 8 ? Operand.Rcx : Emit.Temporary(MicroOpCode.Move, 4, Operand.Rcx);
        if (IsCanonical(_instruction.NearBranchTarget))
            End(Terminal.BranchNonZero(counter, target: Next, next: _instruction.NearBranchTarget));
        else
            EndBeyond(counter, Next, _instruction.NearBranchTarget);
    }

    /// <summary>The same register; the branch faults if it holds no canonical address. One of 16 bits always is.</summary>
    private byte Checked(byte target, int size)
    {
        if (size == 8)
            Emit.Helper(MicroOpCode.CheckTarget, a: target);
        return target;
    }

    /// <summary>False, and a #GP(0), if a direct branch leads out of the canonical addresses.</summary>
    private bool HasDirectTarget()
    {
        bool canonical = IsCanonical(_instruction.NearBranchTarget);
        if (!canonical)
            Fault(ExceptionVector.GeneralProtection, 0);
        return canonical;
    }

    private static bool IsCanonical(ulong address) => new VirtualAddress(address).IsCanonical;

    /// <summary>A conditional branch one way of which leads out of the canonical addresses: it faults if it is to go there.</summary>
    private void EndBeyond(byte taken, ulong target, ulong next) => End(Terminal.Indirect(CheckedBeyond(taken, target, next)));

    private byte CheckedBeyond(byte taken, ulong target, ulong next) =>
        Checked(Emit.Temporary(MicroOpCode.Select, 8, Source.Of((long)target), Source.Of((long)next), taken), 8);

    /// <summary>8 for RCX, 4 for ECX.</summary>
    private int CounterSize() => _instruction.Code is Code.Loop_rel8_64_ECX or Code.Loope_rel8_64_ECX or Code.Loopne_rel8_64_ECX or Code.Jecxz_rel8_64
        or Code.Loop_rel8_16_ECX or Code.Loope_rel8_16_ECX or Code.Loopne_rel8_16_ECX or Code.Jecxz_rel8_16
        ? 4
        : 8;

    /// <summary>Where an indirect jump or call goes: all 64 bits, or 16 zero-extended.</summary>
    private byte BranchTarget() => SizeOf(0) == 8 ? Emit.InRegister(Read(0)) : ReadCopy(0);
}
