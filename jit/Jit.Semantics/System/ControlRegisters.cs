using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>MOV to and from control registers, LMSW, CLTS, SMSW, INVLPG at CPL 0 (Intel SDM vol. 2; vol. 3, 2.5). Long mode is never left.</summary>
public static unsafe class ControlRegisters
{
    private const ulong Cr0Pe = 1;
    private const ulong Cr0Nw = 1 << 29;
    private const ulong Cr0Cd = 1 << 30;
    private const ulong Cr0Pg = 1UL << 31;

    /// <summary>PE, MP, EM, TS, ET, NE, WP, AM, NW, CD, PG.</summary>
    private const ulong Cr0Defined = 0xe005_003f;

    private const ulong Cr0Et = 1 << 4;
    private const ulong Cr4Pae = 1 << 5;

    /// <summary>VME PVI TSD DE PSE PAE MCE PGE PCE OSFXSR OSXMMEXCPT.</summary>
    private const ulong Cr4Defined = 0x7ff;

    private const ulong Cr3Reserved = ~((1UL << 52) - 1);
    private const ulong PriorityMask = 15;

    [MicroOpMethod(MicroOpCode.ReadControl)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[op->Dst] = op->Aux switch
        {
            0 => state->Cr0,
            2 => state->Cr2,
            3 => context.ActiveView.Root.Address.Value,
            4 => state->Cr4,
            _ => state->Cr8,
        };
        return true;
    }

    [MicroOpMethod(MicroOpCode.WriteControl)]
    public static bool Write(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong value = state->Gpr[op->A];
        bool accepted = op->Aux switch
        {
            0 => TryWriteCr0(state, value),
            2 => TryWriteCr2(state, value),
            3 => TryWriteCr3(context, value),
            4 => TryWriteCr4(context, state, value),
            _ => TryWriteCr8(state, value),
        };
        if (!accepted)
            state->RaiseGeneralProtection();
        else
            context.UpdateMode();
        return accepted;
    }

    /// <summary>LMSW with operand A, CLTS without.</summary>
    [MicroOpMethod(MicroOpCode.LoadMachineStatus)]
    public static bool LoadStatus(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (op->A == Operand.None)
            state->Cr0 &= ~CpuContext.Cr0Ts;
        else
            state->Cr0 = (state->Cr0 & ~0xeUL) | (state->Gpr[op->A] & 0xf);
        return true;
    }

    [MicroOpMethod(MicroOpCode.InvalidatePage)]
    public static bool InvalidatePage(CpuContext context, CpuState* state, MicroOp* op)
    {
        VirtualAddress address = new(state->Gpr[op->A]);
        // Nothing is translated at other addresses, and the instruction does not fault.
        if (address.IsCanonical)
            context.FlushPage(address);
        return true;
    }

    private static bool TryWriteCr0(CpuState* state, ulong value)
    {
        bool valid = value <= uint.MaxValue
            && (value & (Cr0Pg | Cr0Pe)) == (Cr0Pg | Cr0Pe)
            && (value & (Cr0Nw | Cr0Cd)) != Cr0Nw;
        if (valid)
            state->Cr0 = (value & Cr0Defined) | Cr0Et;
        return valid;
    }

    private static bool TryWriteCr2(CpuState* state, ulong value)
    {
        state->Cr2 = value;
        return true;
    }

    private static bool TryWriteCr3(CpuContext context, ulong value)
    {
        MachineFrame root = new MachineAddress(value & ~GuestMemory.FrameMask).Frame;
        if ((value & Cr3Reserved) != 0 || root.Number >= context.Memory.FrameCount)
            return false;
        context.SetRoot(context.ViewIndex, root);
        return true;
    }

    private static bool TryWriteCr4(CpuContext context, CpuState* state, ulong value)
    {
        ulong defined = Cr4Defined
            | (context.Model.Has(CpuFeatures.FsGsBase) ? CpuContext.Cr4FsGsBase : 0)
            | (context.Model.Has(CpuFeatures.Xsave) ? CpuContext.Cr4OsXsave : 0);
        if ((value & ~defined) != 0 || (value & Cr4Pae) == 0)
            return false;
        state->Cr4 = value;
        return true;
    }

    private static bool TryWriteCr8(CpuState* state, ulong value)
    {
        if ((value & ~PriorityMask) != 0)
            return false;
        state->Cr8 = value;
        return true;
    }
}
