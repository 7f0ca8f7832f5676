using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>RDTSC, RDTSCP and CPUID: what a program learns from the machine around the processor.</summary>
public static unsafe class Identification
{
    [MicroOpMethod(MicroOpCode.ReadTimestamp)]
    public static bool ReadTimestamp(CpuContext context, CpuState* state, MicroOp* op)
    {
        // The budget was charged for the whole block; the instructions not retired yet are taken off again.
        ulong counter = context.Environment.ReadTimestampCounter(context.Retired - (ulong)op->Imm);
        state->Gpr[Operand.Rax] = (uint)counter;
        state->Gpr[Operand.Rdx] = counter >> 32;
        return true;
    }

    /// <summary>RDTSCP; IA32_TSC_AUX is 0.</summary>
    [MicroOpMethod(MicroOpCode.ReadTimestampAndId)]
    public static bool ReadTimestampAndId(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[Operand.Rcx] = 0;
        return ReadTimestamp(context, state, op);
    }

    [MicroOpMethod(MicroOpCode.Cpuid)]
    public static bool Cpuid(CpuContext context, CpuState* state, MicroOp* op)
    {
        CpuidResult result = context.Environment.Cpuid((uint)state->Gpr[Operand.Rax], (uint)state->Gpr[Operand.Rcx]);
        state->Gpr[Operand.Rax] = result.Eax;
        state->Gpr[Operand.Rbx] = result.Ebx;
        state->Gpr[Operand.Rcx] = result.Ecx;
        state->Gpr[Operand.Rdx] = result.Edx;
        return true;
    }
}
