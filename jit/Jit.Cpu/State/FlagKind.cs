namespace Rebound.Jit.Cpu;

/// <summary>
/// Which operation last set the arithmetic flags. Together with the operand size and up to three operand words
/// it is enough to compute any flag on demand (<see cref="LazyFlags"/>).
/// </summary>
public enum FlagKind : byte
{
    /// <summary>A holds the six flags in their RFLAGS positions.</summary>
    Raw,

    /// <summary>A + B.</summary>
    Add,

    /// <summary>A - B; also CMP, NEG (A = 0) and CMPXCHG's comparison.</summary>
    Sub,

    /// <summary>A + B + C, C the carry in (0 or 1).</summary>
    Adc,

    /// <summary>A - B - C, C the borrow in (0 or 1).</summary>
    Sbb,

    /// <summary>A is the result of AND, OR, XOR, TEST, ANDN: CF = OF = AF = 0.</summary>
    Logic,

    /// <summary>A + 1; C is the carry flag that is kept.</summary>
    Inc,

    /// <summary>A - 1; C is the carry flag that is kept.</summary>
    Dec,

    /// <summary>A &lt;&lt; B, 0 &lt; B (masked count; B may reach or exceed the operand width for 8 and 16 bits).</summary>
    Shl,

    /// <summary>A &gt;&gt; B unsigned, 0 &lt; B.</summary>
    Shr,

    /// <summary>A &gt;&gt; B signed, 0 &lt; B.</summary>
    Sar,

    /// <summary>A is the low half of a product, B is 1 if the high half is significant (CF = OF = B); SF, ZF, PF follow A, AF = 0.</summary>
    Mul,

    /// <summary>CF = A (0 or 1), ZF = C (0 or 1, the flag that is kept); OF, SF, AF, PF are undefined and read as 0.</summary>
    BitTest,

    /// <summary>COMISD and its kin: A bit 0 is CF, bit 1 is ZF, and PF is set if both are (unordered); OF, SF, AF are 0.</summary>
    FloatCompare,
}
