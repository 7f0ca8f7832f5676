using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>PUSHF, POPF and the single bits of RFLAGS outside arithmetic (Intel SDM vol. 2, POPF; vol. 3, 2.3).</summary>
public static unsafe class FlagsRegister
{
    /// <summary>What POPF and IRET may change at any privilege.</summary>
    private const ulong Unprivileged = Rflags.Arithmetic | Rflags.TF | Rflags.DF | Rflags.NT | Rflags.AC | Rflags.ID;

    [MicroOpMethod(MicroOpCode.ReadRflags)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[op->Dst] = state->Flags & ~(Rflags.RF | Rflags.VM);
        return true;
    }

    [MicroOpMethod(MicroOpCode.WriteRflags)]
    public static bool Write(CpuContext context, CpuState* state, MicroOp* op)
    {
        Load(context, state, state->Gpr[op->A], op->Size, privileged: 0);
        return true;
    }

    [MicroOpMethod(MicroOpCode.SetDirection)]
    public static bool SetDirection(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->SystemFlags = op->Aux != 0 ? state->SystemFlags | Rflags.DF : state->SystemFlags & ~Rflags.DF;
        return true;
    }

    [MicroOpMethod(MicroOpCode.SetInterrupt)]
    public static bool SetInterrupt(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!Ports.CheckAllowed(state))
            return false;
        bool opens = op->Aux != 0 && (state->SystemFlags & Rflags.IF) == 0;
        state->SystemFlags = op->Aux != 0 ? state->SystemFlags | Rflags.IF : state->SystemFlags & ~Rflags.IF;
        if (opens)
            context.CastInterruptShadow();
        return true;
    }

    /// <summary>
    /// Loads the flags that the current privilege may change from the low <paramref name="size"/> bytes of <paramref name="value"/>.
    /// RF ends up clear unless it may be loaded. VM does not exist in 64-bit mode.
    /// </summary>
    /// <param name="privileged">Flags that CPL 0 may change besides IF and IOPL.</param>
    /// <param name="resume">RF is loaded too, as by IRET.</param>
    internal static void Load(CpuContext context, CpuState* state, ulong value, int size, ulong privileged, bool resume = false)
    {
        ulong old = state->Flags & ~Rflags.RF;
        ulong mask = Unprivileged | (resume ? Rflags.RF : 0);
        if (state->Cpl == 0)
            mask |= Rflags.IF | Rflags.Iopl | privileged;
        else if ((old & Rflags.Iopl) == Rflags.Iopl)
            mask |= Rflags.IF;
        if (size == 2)
            mask &= ushort.MaxValue;
        state->Flags = (old & ~mask) | (value & mask);
        context.UpdateMode();
    }
}
