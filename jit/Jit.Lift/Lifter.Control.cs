using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>Jumps, calls, returns, loops.</content>
internal sealed partial class Lifter
{
    internal void Jmp()
    {
        if (_instruction.IsJmpShortOrNear)
            End(Terminal.Jump(_instruction.NearBranchTarget));
        else if (_instruction.IsJmpNearIndirect)
            End(Terminal.Indirect(Emit.InRegister(Read(0))));
        else
            Unsupported();
    }

    internal void Jcc(Condition condition) => End(Terminal.Branch(condition, _instruction.NearBranchTarget, Next));

    internal void Call()
    {
        if (_instruction.IsCallNear)
        {
            PushValue(8, Source.Of((long)Next));
            End(Terminal.Jump(_instruction.NearBranchTarget, call: true, next: Next));
        }
        else if (_instruction.IsCallNearIndirect)
        {
            byte target = Emit.InRegister(Read(0));
            if (target == Operand.Rsp)
                target = ReadCopy(0);
            PushValue(8, Source.Of((long)Next));
            End(Terminal.Indirect(target, call: true, next: Next));
        }
        else
        {
            Unsupported();
        }
    }

    internal void Ret()
    {
        long released = _instruction.OpCount == 0 ? 0 : (long)_instruction.GetImmediate(0) & 0xffff;
        byte target = Emit.Load(8, StackTop(0));
        MoveStack(8 + released);
        End(Terminal.Indirect(target));
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
        End(Terminal.BranchNonZero(counter, target: Next, next: _instruction.NearBranchTarget));
    }

    /// <summary>8 for RCX, 4 for ECX.</summary>
    private int CounterSize() => _instruction.Code is Code.Loop_rel8_64_ECX or Code.Loope_rel8_64_ECX or Code.Loopne_rel8_64_ECX or Code.Jecxz_rel8_64
        ? 4
        : 8;
}
