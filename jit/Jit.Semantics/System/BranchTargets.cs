using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Semantics;

/// <summary>Near branches to where no code can be. The fault is the branch's, before it has pushed or popped anything.</summary>
public static unsafe class BranchTargets
{
    [MicroOpMethod(MicroOpCode.CheckTarget)]
    public static bool Check(CpuContext context, CpuState* state, MicroOp* op)
    {
        if (new VirtualAddress(state->Gpr[op->A]).IsCanonical)
            return true;
        state->RaiseGeneralProtection();
        return false;
    }
}
