namespace Rebound.Jit.Semantics;

/// <summary>
/// Under which rules a floating-point operation computes, and what it found. The operation adds to <see cref="Raised"/>; whoever called it merges
/// that into MXCSR or the x87 status word and decides whether an exception follows.
/// </summary>
public struct FloatStatus
{
    public FloatRounding Rounding;

    /// <summary>MXCSR.FTZ: tiny results become zero (with underflow masked).</summary>
    public bool FlushToZero;

    /// <summary>MXCSR.DAZ: denormal operands count as zeros and raise nothing.</summary>
    public bool DenormalsAreZero;

    /// <summary>Exceptions that are masked. Underflow differs: masked it is raised for tiny and inexact results, unmasked for tiny ones.</summary>
    public FloatExceptions Masked;

    /// <summary>Exceptions found, accumulated over the elements of a vector.</summary>
    public FloatExceptions Raised;

    /// <summary>Exceptions found, all of them masked, by earlier steps of an operation that computes in steps (DPPS).</summary>
    public FloatExceptions Earlier;

    /// <summary>Ends a step: what it found no longer depends on what the next ones find. False: something is unmasked, and there is no next one.</summary>
    public bool NextStep()
    {
        if ((Raised & ~Masked) != 0)
            return false;
        Earlier |= Raised;
        Raised = FloatExceptions.None;
        return true;
    }

    /// <summary>The rules that an MXCSR value states, with nothing raised yet.</summary>
    public static FloatStatus FromMxcsr(uint mxcsr) => new()
    {
        Rounding = (FloatRounding)(mxcsr >> 13 & 3),
        FlushToZero = (mxcsr & 0x8000) != 0,
        DenormalsAreZero = (mxcsr & 0x40) != 0,
        Masked = (FloatExceptions)(mxcsr >> 7) & FloatExceptions.All,
    };
}
