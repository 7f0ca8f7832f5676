using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>RDMSR and WRMSR at CPL 0: the registers that this processor has are those of its state. All others are #GP(0).</summary>
public static unsafe class ModelSpecificRegisters
{
    private const uint Tsc = 0x10;
    private const uint Pat = 0x277;
    private const uint Efer = 0xc000_0080;
    private const uint Star = 0xc000_0081;
    private const uint Lstar = 0xc000_0082;
    private const uint Cstar = 0xc000_0083;
    private const uint Fmask = 0xc000_0084;
    private const uint FsBase = 0xc000_0100;
    private const uint GsBase = 0xc000_0101;
    private const uint KernelGsBase = 0xc000_0102;
    private const uint TscAux = 0xc000_0103;

    /// <summary>SCE, LME, LMA, NXE: what EFER may hold. LME and LMA cannot change while paging is on.</summary>
    private const ulong EferDefined = 0xd01;
    private const ulong EferSyscall = 1;
    private const ulong EferNoExecute = 1 << 11;

    /// <summary>The memory types after reset: WB WT UC- UC, twice.</summary>
    private const ulong PatReset = 0x0007_0406_0007_0406;

    [MicroOpMethod(MicroOpCode.ReadModelSpecific)]
    public static bool Read(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong value;
        switch ((uint)state->Gpr[Operand.Rcx])
        {
            case Tsc:
                value = context.Environment.ReadTimestampCounter(context.Retired - (ulong)op->Imm);
                break;
            case Pat:
                value = PatReset;
                break;
            case Efer:
                value = state->Efer;
                break;
            case Star:
                value = state->Star;
                break;
            case Lstar:
                value = state->Lstar;
                break;
            case Cstar:
                value = state->Cstar;
                break;
            case Fmask:
                value = state->Fmask;
                break;
            case FsBase:
                value = state->FsBase;
                break;
            case GsBase:
                value = state->GsBase;
                break;
            case KernelGsBase:
                value = state->KernelGsBase;
                break;
            case TscAux when HasProcessorId(context):
                value = state->TscAux;
                break;
            default:
                state->RaiseGeneralProtection();
                return false;
        }

        state->Gpr[Operand.Rax] = (uint)value;
        state->Gpr[Operand.Rdx] = value >> 32;
        return true;
    }

    [MicroOpMethod(MicroOpCode.WriteModelSpecific)]
    public static bool Write(CpuContext context, CpuState* state, MicroOp* op)
    {
        ulong value = (uint)state->Gpr[Operand.Rax] | (state->Gpr[Operand.Rdx] << 32);
        bool canonical = new VirtualAddress(value).IsCanonical;
        switch ((uint)state->Gpr[Operand.Rcx])
        {
            case Efer when (value & ~EferDefined) == 0:
                ulong free = EferSyscall | EferNoExecute;
                state->Efer = (state->Efer & ~free) | (value & free);
                return true;
            case Star:
                state->Star = value;
                return true;
            case Lstar when canonical:
                state->Lstar = value;
                return true;
            case Cstar when canonical:
                state->Cstar = value;
                return true;
            case Fmask when value <= uint.MaxValue:
                state->Fmask = value;
                return true;
            case FsBase when canonical:
                state->FsBase = value;
                return true;
            case GsBase when canonical:
                state->GsBase = value;
                return true;
            case KernelGsBase when canonical:
                state->KernelGsBase = value;
                return true;
            case TscAux when HasProcessorId(context) && value <= uint.MaxValue:
                state->TscAux = value;
                return true;
            default:
                state->RaiseGeneralProtection();
                return false;
        }
    }

    private static bool HasProcessorId(CpuContext context) => (context.Model.Features & (CpuFeatures.Rdtscp | CpuFeatures.Rdpid)) != 0;
}
