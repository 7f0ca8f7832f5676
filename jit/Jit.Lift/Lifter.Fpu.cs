using Rebound.Jit.Ir;

namespace Rebound.Jit.Lift;

/// <content>State of x87 and SSE: save, restore, control words. (Not the arithmetic.)</content>
internal sealed partial class Lifter
{
    /// <summary>FXSAVE and FXRSTOR; size 8 is the REX.W form.</summary>
    internal void FxState(MicroOpCode code, int size)
    {
        Emit.Helper(code, size, a: LinearAddress());
        // It loads MXCSR, which decides about the block's mode.
        if (code == MicroOpCode.FxRestore)
            End(Terminal.Dispatch(Next));
    }

    /// <summary>Ends its block: whether exceptions are masked is part of the block's mode.</summary>
    internal void Ldmxcsr()
    {
        Emit.Helper(MicroOpCode.LoadMxcsr, 4, a: Emit.Load(4, Address()));
        End(Terminal.Dispatch(Next));
    }

    internal void Stmxcsr()
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.ReadMxcsr, 4, value);
        Emit.Store(4, Address(), value);
    }

    /// <summary>FNINIT, FNCLEX, EMMS.</summary>
    internal void X87(X87Operation operation) => Emit.Helper(MicroOpCode.X87Control, 2, aux: (int)operation);

    /// <summary>FNSTCW and FNSTSW.</summary>
    internal void StoreX87Word(X87Operation operation)
    {
        byte value = Emit.Temporary();
        Emit.Helper(MicroOpCode.X87Control, 2, value, aux: (int)operation);
        Write(0, value);
    }

    internal void Fldcw()
    {
        Emit.Helper(MicroOpCode.X87Control, 2, aux: (int)X87Operation.Check);
        Emit.Helper(MicroOpCode.X87Control, 2, a: Emit.Load(2, Address()), aux: (int)X87Operation.WriteControl);
    }
}
