using Rebound.Jit.Cpu;

namespace Rebound.Jit.Semantics;

/// <summary>What becomes of the exceptions that a SIMD floating-point operation found (Intel SDM vol. 1, 11.5).</summary>
public static unsafe class MxcsrExceptions
{
    /// <summary>CR4.OSXMMEXCPT: without it an unmasked exception is #UD.</summary>
    private const ulong Cr4OsXmmException = 1 << 10;

    /// <summary>What is found before anything is computed. If one of these is unmasked, nothing is known of rounding.</summary>
    private const FloatExceptions BeforeComputation = FloatExceptions.Invalid | FloatExceptions.Denormal | FloatExceptions.ZeroDivide;

    /// <summary>Enters the flags in MXCSR. False: one of them is unmasked, the exit is recorded and the result must be dropped.</summary>
    public static bool Settle(CpuState* state, in FloatStatus status)
    {
        FloatExceptions raised = status.Raised;
        state->Mxcsr |= (uint)status.Earlier;
        if (raised == FloatExceptions.None)
            return true;
        FloatExceptions unmasked = raised & ~status.Masked;
        if ((unmasked & BeforeComputation) != 0)
            raised &= BeforeComputation;
        state->Mxcsr |= (uint)raised;
        if (unmasked == FloatExceptions.None)
            return true;
        byte vector = (state->Cr4 & Cr4OsXmmException) != 0 ? ExceptionVector.SimdFloatingPoint : ExceptionVector.InvalidOpcode;
        state->RaiseException(vector, 0, false);
        return false;
    }
}
