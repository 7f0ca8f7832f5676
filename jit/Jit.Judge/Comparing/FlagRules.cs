using Iced.Intel;
using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>Which flags an instruction leaves undefined, so that processors may differ in them.</summary>
public static class FlagRules
{
    /// <summary>Flags that are compared at the end of a case. RF is set by faults, and clear otherwise.</summary>
    public const ulong Compared = Rflags.Arithmetic | Rflags.DF | Rflags.IF | Rflags.NT | Rflags.RF | Rflags.AC | Rflags.ID;

    /// <summary>Undefined after <paramref name="instruction"/>.</summary>
    public static ulong Undefined(in Instruction instruction)
    {
        ulong flags = ToRflags(instruction.RflagsUndefined);
        switch (instruction.Mnemonic)
        {
            // SDM vol. 2: CF is undefined for SHL and SHR of a byte or word by its width or more.
            case Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr when OperandBits(instruction) < 32 && !(IsImmediate(instruction, 1) && (instruction.GetImmediate(1) & 31) < (ulong)OperandBits(instruction)):
                flags |= Rflags.CF;
                break;
            // Iced takes a rotation by the width and the carry for none; OF is defined for a count of 1 only.
            case Mnemonic.Rcl or Mnemonic.Rcr when IsImmediate(instruction, 1) && (instruction.GetImmediate(1) & 31) > 1:
                flags |= Rflags.OF;
                break;
            // A word shifted by more than 16 is undefined altogether; the forms avoid that, and OF and AF are Iced's to know.
            case Mnemonic.Shld or Mnemonic.Shrd when OperandBits(instruction) == 16:
                flags |= Rflags.Arithmetic;
                break;
        }

        return flags;
    }

    public static ulong Read(in Instruction instruction) => ToRflags(instruction.RflagsRead);

    /// <summary>Flags that have a defined new value afterwards, whatever the operands are.</summary>
    public static ulong Defined(in Instruction instruction)
    {
        // A count in CL or RCX may be 0, and then nothing changes.
        if (CountInCl(instruction) || instruction.HasRepPrefix || instruction.HasRepnePrefix)
            return 0;
        return ToRflags(instruction.RflagsWritten | instruction.RflagsCleared | instruction.RflagsSet) & ~Undefined(instruction);
    }

    public static ulong ToRflags(RflagsBits bits)
    {
        ulong flags = 0;
        if ((bits & RflagsBits.OF) != 0)
            flags |= Rflags.OF;
        if ((bits & RflagsBits.SF) != 0)
            flags |= Rflags.SF;
        if ((bits & RflagsBits.ZF) != 0)
            flags |= Rflags.ZF;
        if ((bits & RflagsBits.AF) != 0)
            flags |= Rflags.AF;
        if ((bits & RflagsBits.CF) != 0)
            flags |= Rflags.CF;
        if ((bits & RflagsBits.PF) != 0)
            flags |= Rflags.PF;
        return flags;
    }

    private static bool CountInCl(in Instruction instruction) =>
        instruction.OpCount >= 2
        && instruction.GetOpKind(instruction.OpCount - 1) == OpKind.Register
        && instruction.GetOpRegister(instruction.OpCount - 1) == Register.CL
        && instruction.Mnemonic is Mnemonic.Shl or Mnemonic.Sal or Mnemonic.Shr or Mnemonic.Sar or Mnemonic.Rol or Mnemonic.Ror or Mnemonic.Rcl or Mnemonic.Rcr
            or Mnemonic.Shld or Mnemonic.Shrd;

    private static bool IsImmediate(in Instruction instruction, int operand) =>
        instruction.OpCount > operand && instruction.GetOpKind(operand) is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;

    private static int OperandBits(in Instruction instruction) => instruction.Op0Kind == OpKind.Register
        ? instruction.Op0Register.GetSize() * 8
        : instruction.MemorySize.GetSize() * 8;
}
