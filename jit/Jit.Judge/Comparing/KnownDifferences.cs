using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>
/// Everything in which the comparison is less than exact, besides the flags that Iced knows to be undefined (<see cref="FlagRules"/>).
/// Each entry says why: processors differ, or the operating system around the native side shows through.
/// </summary>
public static class KnownDifferences
{
    /// <summary>
    /// The options to judge with. Which of two NaNs a packed addition, multiplication or FMA gives is left to RyuJIT in compiled code, for speed; with this
    /// option the code is the same, but for an exact choice behind each such operation.
    /// </summary>
    public static ExecutionOptions Exact(ExecutionOptions options) => options with { ExactNaNs = true };

    /// <summary>Forms that are not run.</summary>
    public static bool IsExcluded(in Instruction instruction) => instruction.Code switch
    {
        // AMD reads four bytes of memory where Intel's manual says two.
        Code.Movsxd_r16_rm16 => true,
        // What loads depends on the host's descriptor tables; SegmentTests cover it with known ones.
        Code.Mov_Sreg_rm16 or Code.Mov_Sreg_r32m16 or Code.Mov_Sreg_r64m16 => true,
        Code.Popw_FS or Code.Popw_GS or Code.Popq_FS or Code.Popq_GS => true,
        // The result of a 16-bit BSWAP is undefined.
        Code.Bswap_r16 => true,
        _ => false,
    };

    /// <summary>Flags not to be compared where the instruction ends in an exception.</summary>
    public static ulong FlagsAtFault(in Instruction instruction) =>
        // Intel restores the flags to those before the instruction, AMD leaves those of the last element compared.
        IsCompareOrScan(instruction) && (instruction.HasRepPrefix || instruction.HasRepnePrefix) ? Rflags.Arithmetic : 0;

    /// <summary>True if two operands may fault, and which does so first is the processor's choice.</summary>
    public static bool IsFaultOrderOpen(in Instruction instruction) =>
        instruction.Code is Code.Cmpsb_m8_m8 or Code.Cmpsw_m16_m16 or Code.Cmpsd_m32_m32 or Code.Cmpsq_m64_m64;

    /// <summary>True if the instruction writes chosen bytes only: AMD reports a fault at the page's start, Intel at the first byte chosen.</summary>
    public static bool IsFaultByteOpen(in Instruction instruction) => instruction.Mnemonic
        is Mnemonic.Maskmovdqu or Mnemonic.Maskmovq or Mnemonic.Vmaskmovdqu;

    /// <summary>
    /// Bits of a page fault's error code that are not compared: for the upper half of the address space Linux says "present" whatever is there,
    /// in order not to show its own mappings.
    /// </summary>
    public static uint ErrorCodeOpen(ulong faultAddress) => faultAddress >> 63 != 0 ? 1u : 0;

    /// <summary>
    /// True if a failed comparison may leave the upper half of the destination or clear it: for the register form of a 32-bit CMPXCHG AMD does the
    /// former, Intel's manual says the latter.
    /// </summary>
    public static bool IsUpperHalfOpen(in Instruction instruction) => instruction.Code == Code.Cmpxchg_rm32_r32 && instruction.Op0Kind == OpKind.Register;

    /// <summary>
    /// Units in the last place by which the results of a transcendental instruction may differ: processors compute them differently, within what
    /// Intel and AMD document (an error below one unit, SDM vol. 1, 8.3.10). 0 for everything else.
    /// </summary>
    public static int UnitsOpen(in Instruction instruction) => instruction.Mnemonic switch
    {
        Mnemonic.Fsin or Mnemonic.Fcos or Mnemonic.Fsincos or Mnemonic.Fptan or Mnemonic.Fpatan or Mnemonic.F2xm1 or Mnemonic.Fyl2x or Mnemonic.Fyl2xp1 => 2,
        _ => 0,
    };

    private static bool IsCompareOrScan(in Instruction instruction) => instruction.Code is
        Code.Cmpsb_m8_m8 or Code.Cmpsw_m16_m16 or Code.Cmpsd_m32_m32 or Code.Cmpsq_m64_m64
        or Code.Scasb_AL_m8 or Code.Scasw_AX_m16 or Code.Scasd_EAX_m32 or Code.Scasq_RAX_m64;
}
