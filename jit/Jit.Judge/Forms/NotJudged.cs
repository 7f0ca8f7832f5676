using Iced.Intel;

namespace Rebound.Jit.Judge;

/// <summary>
/// Codes that no systematic case is made for, each with its reason: what they do depends on the operating system around the native side, or they
/// would take the runner's own state away. Hand-written tests cover them where there is something to compare.
/// </summary>
public static class NotJudged
{
    /// <summary>Why a code is not judged, or null.</summary>
    public static string? Reason(Code code) => code.Mnemonic() switch
    {
        Mnemonic.Syscall or Mnemonic.Sysenter or Mnemonic.Int => "enters the operating system",
        Mnemonic.Int3 => "ends every case, and so is judged with each of them",
        Mnemonic.Int1 => "the operating system takes #DB for its own tracing",
        Mnemonic.Rsm => "exists for system management only, and hosts trap it",
        Mnemonic.Iret or Mnemonic.Iretd or Mnemonic.Iretq or Mnemonic.Retf => "loads selectors of the host's descriptor tables",
        Mnemonic.Lss or Mnemonic.Lfs or Mnemonic.Lgs => "loads selectors of the host's descriptor tables",
        Mnemonic.Lar or Mnemonic.Lsl or Mnemonic.Verr or Mnemonic.Verw => "reads the host's descriptor tables",
        Mnemonic.Sgdt or Mnemonic.Sidt or Mnemonic.Sldt or Mnemonic.Str or Mnemonic.Smsw => "the operating system emulates it where UMIP forbids it",
        Mnemonic.Cpuid or Mnemonic.Rdpid or Mnemonic.Xgetbv => "tells the processor's model or place",
        Mnemonic.Rdtsc or Mnemonic.Rdtscp => "tells the time",
        Mnemonic.Rdrand or Mnemonic.Rdseed => "random by design",
        Mnemonic.Rdpmc or Mnemonic.Wrpkru or Mnemonic.Rdpkru => "depends on what the operating system has enabled",
        Mnemonic.Wrfsbase or Mnemonic.Wrgsbase or Mnemonic.Rdfsbase or Mnemonic.Rdgsbase => "the base registers are the runner's own",
        Mnemonic.Fxsave or Mnemonic.Fxsave64 or Mnemonic.Fxrstor or Mnemonic.Fxrstor64 or Mnemonic.Fnsave or Mnemonic.Fnstenv or Mnemonic.Frstor or Mnemonic.Fldenv =>
            "images hold pointers to the last instruction; FpuStateOracleTests compares them without",
        Mnemonic.Xsave or Mnemonic.Xsave64 or Mnemonic.Xsaveopt or Mnemonic.Xsaveopt64 or Mnemonic.Xsavec or Mnemonic.Xsavec64 or Mnemonic.Xrstor or Mnemonic.Xrstor64 =>
            "images hold what the host has enabled; hand-written tests compare the rest",
        Mnemonic.Fsave or Mnemonic.Fstenv => "two instructions in one code",
        Mnemonic.Mov when code is Code.Mov_Sreg_rm16 or Code.Mov_Sreg_r32m16 or Code.Mov_Sreg_r64m16 => "loads selectors of the host's descriptor tables",
        Mnemonic.Pop when code is Code.Popw_FS or Code.Popw_GS or Code.Popq_FS or Code.Popq_GS => "loads selectors of the host's descriptor tables",
        Mnemonic.Movsxd when code == Code.Movsxd_r16_rm16 => "AMD reads four bytes of memory where Intel's manual says two",
        Mnemonic.Bswap when code == Code.Bswap_r16 => "the result is undefined",
        Mnemonic.Jmp or Mnemonic.Call when code is Code.Jmp_m1616 or Code.Jmp_m1632 or Code.Jmp_m1664 or Code.Call_m1616 or Code.Call_m1632 or Code.Call_m1664 =>
            "loads selectors of the host's descriptor tables",
        _ when HasShortBranch(code) => "a 16-bit branch in 64-bit mode is not the same for Intel and AMD",
        Mnemonic.Jmpe => "no processor has it",
        _ => null,
    };

    /// <summary>Near branches with an operand-size prefix: Intel ignores it, AMD truncates RIP.</summary>
    private static bool HasShortBranch(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        for (int i = 0; i < info.OpCount; i++)
        {
            if (info.GetOpKind(i) is OpCodeOperandKind.br16_1 or OpCodeOperandKind.br16_2)
                return true;
        }

        return code is Code.Jmp_rm16 or Code.Call_rm16 or Code.Retnw or Code.Retnw_imm16;
    }
}
