using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>RDTSC, RDTSCP, RDPID, CPUID, RDRAND and RDSEED: what a program learns from the machine around the processor.</summary>
public static unsafe class Identification
{
    [MicroOpMethod(MicroOpCode.ReadTimestamp)]
    public static bool ReadTimestamp(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (state->Cpl != 0 && (state->Cr4 & CpuContext.Cr4Tsd) != 0)
        {
            state->RaiseGeneralProtection();
            return false;
        }

        // The budget was charged for the whole block; the instructions not retired yet are taken off again.
        ulong counter = context.Environment.ReadTimestampCounter(context.Retired - (ulong)op->Imm);
        state->Gpr[Operand.Rax] = (uint)counter;
        state->Gpr[Operand.Rdx] = counter >> 32;
        return true;
    }

    /// <summary>RDTSCP.</summary>
    [MicroOpMethod(MicroOpCode.ReadTimestampAndId)]
    public static bool ReadTimestampAndId(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (!ReadTimestamp(context, state, op))
            return false;
        state->Gpr[Operand.Rcx] = (uint)state->TscAux;
        return true;
    }

    /// <summary>RDPID.</summary>
    [MicroOpMethod(MicroOpCode.ReadProcessorId)]
    public static bool ReadProcessorId(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[op->Dst] = (uint)state->TscAux;
        return true;
    }

    /// <summary>RDRAND and RDSEED always have a number: CF is 1, the other flags 0.</summary>
    [MicroOpMethod(MicroOpCode.RandomNumber)]
    public static bool RandomNumber(CpuContext context, CpuState* state, MicroOp* op)
    {
        state->Gpr[op->Dst] = context.Random.Next();
        state->ArithmeticFlags = Rflags.CF;
        return true;
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
