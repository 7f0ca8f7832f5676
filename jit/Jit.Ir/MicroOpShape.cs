namespace Rebound.Jit.Ir;

/// <summary>
/// How a micro-op takes its operands, and the signature of the method that states its meaning (<see cref="MicroOpMethodAttribute"/>).
/// "Truncated" means zero-extended from <see cref="MicroOp.Size"/> bytes.
/// </summary>
public enum MicroOpShape : byte
{
    /// <summary>Dst = M(A): <c>ulong M(ulong a, int size)</c>; A and the result are truncated.</summary>
    Value1,

    /// <summary>Dst = M(A, B): <c>ulong M(ulong a, ulong b, int size)</c>; truncated.</summary>
    Value2,

    /// <summary>Dst = M(A, B, C): <c>ulong M(ulong a, ulong b, ulong c, int size)</c>; truncated.</summary>
    Value3,

    /// <summary>Dst = A sign-extended from Size bytes, then truncated to Aux bytes. <c>ulong M(ulong a, int size)</c>.</summary>
    Extend,

    /// <summary>Dst = A (all 64 bits) with a part replaced by B: <c>ulong M(ulong a, ulong b, int size)</c>; nothing is truncated.</summary>
    Insert,

    /// <summary>Dst = M(A, B, C): <c>ulong M(ulong a, ulong b, ulong c, int size)</c>; nothing is truncated, the method sees whole registers.</summary>
    Word3,

    /// <summary>Sets the lazy flags to kind Aux (<see cref="Cpu.FlagKind"/>) with A, B, C truncated; a missing operand is 0. Executors do it themselves.</summary>
    SetFlags,

    /// <summary>Dst from the lazy flags: all six (ReadFlags) or condition Aux as 0 or 1 (Condition). Executors do it themselves.</summary>
    GetFlags,

    /// <summary>Dst = memory; address as <see cref="MemoryAux"/> tells. Executors do it themselves, inline.</summary>
    Load,

    /// <summary>Memory = C truncated.</summary>
    Store,

    /// <summary>Dst = effective address without segment base, truncated to Size.</summary>
    Address,

    /// <summary>
    /// Dst = old memory, memory = f(old, C), atomically on the host. The comparand of CompareExchange is RAX.
    /// <c>bool M(CpuContext context, ulong address, ulong operand, int size, out ulong old)</c>; false: exit recorded, nothing changed.
    /// </summary>
    Atomic,

    /// <summary>
    /// Vector register Dst = memory of Size bytes (4, 8, 16, 32), upper bits of the 128 zero. Bits 128.. of Dst are kept, or zero with
    /// <see cref="MemoryAux.ZeroUpper"/>; a load of 32 bytes replaces them.
    /// </summary>
    VectorLoad,

    /// <summary>Memory = low Size bytes (4, 8, 16, 32) of vector register C.</summary>
    VectorStore,

    /// <summary>
    /// Dst = M(A, B, Imm): <c>Vector128&lt;byte&gt; M(Vector128&lt;byte&gt; a, Vector128&lt;byte&gt; b, int imm)</c>. B None: A again. Size 16: on the low 128 bits,
    /// bits 128.. of Dst kept or, with <see cref="VectorAux.ZeroUpper"/>, zero. Size 32: on each half by itself (<see cref="VectorAux.UpperImmediateShift"/>).
    /// What is said of Dst and of halves here holds for all shapes with a vector result.
    /// </summary>
    Vector,

    /// <summary>As Vector, with three operands: <c>Vector128&lt;byte&gt; M(Vector128&lt;byte&gt; a, Vector128&lt;byte&gt; b, Vector128&lt;byte&gt; c, int imm)</c>.</summary>
    Vector3,

    /// <summary>Dst = M(A, B, Imm) where elements cross halves, all 256 bits of every operand: <c>Vector256&lt;byte&gt; M(Vector256&lt;byte&gt; a, Vector256&lt;byte&gt; b, int imm)</c>. Size 32.</summary>
    VectorWide,

    /// <summary>Value register Dst = M(vector A, Imm): <c>ulong M(Vector128&lt;byte&gt; a, int imm)</c>; result truncated to Size.</summary>
    VectorToValue,

    /// <summary>Value register Dst = M(vectors A and B, Imm): <c>ulong M(Vector128&lt;byte&gt; a, Vector128&lt;byte&gt; b, int imm)</c>; B None: A again; result truncated to Size.</summary>
    VectorsToValue,

    /// <summary>As VectorsToValue over all 256 bits: <c>ulong M(Vector256&lt;byte&gt; a, Vector256&lt;byte&gt; b, int imm)</c>.</summary>
    WideToValue,

    /// <summary>Vector Dst = M(vector A, value B, Imm): <c>Vector128&lt;byte&gt; M(Vector128&lt;byte&gt; a, ulong value, int imm)</c>; value truncated to Size.</summary>
    ValueToVector,

    /// <summary>
    /// As Vector, but floating point: <c>Vector128&lt;byte&gt; M(ref FloatStatus status, Vector128&lt;byte&gt; a, Vector128&lt;byte&gt; b, int imm)</c>, exact in
    /// software. Dst is written, and the flags found enter MXCSR, unless an exception is unmasked: then the micro-op stops with #XM.
    /// </summary>
    Float,

    /// <summary>As Float, with three operands: <c>Vector128&lt;byte&gt; M(ref FloatStatus status, Vector128&lt;byte&gt; a, Vector128&lt;byte&gt; b, Vector128&lt;byte&gt; c, int imm)</c>.</summary>
    Float3,

    /// <summary>As Float over all 256 bits of the operands: <c>Vector256&lt;byte&gt; M(ref FloatStatus status, Vector256&lt;byte&gt; a, Vector256&lt;byte&gt; b, int imm)</c>. Size 32.</summary>
    FloatWide,

    /// <summary>Value register Dst = M(vectors A and B): <c>ulong M(ref FloatStatus status, Vector128&lt;byte&gt; a, Vector128&lt;byte&gt; b, int imm)</c>, truncated to Size. B None: A again.</summary>
    FloatToValue,

    /// <summary>Vector Dst = M(vector A, value B): <c>Vector128&lt;byte&gt; M(ref FloatStatus status, Vector128&lt;byte&gt; a, ulong value, int imm)</c>; the value truncated to Size.</summary>
    ValueToFloat,

    /// <summary>
    /// <c>bool M(CpuContext context, CpuState* state, MicroOp* op)</c> on the state in memory. False: leave the instruction without retiring it, with the exit
    /// in the state; an exit of None means "start this instruction again" (a long string instruction between two portions).
    /// A helper may change RIP only in a block whose terminal is Dispatch(0).
    /// </summary>
    Helper,
}
