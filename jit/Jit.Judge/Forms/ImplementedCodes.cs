using System.Collections.Frozen;
using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Judge;

/// <summary>The codes that the lifter implements: those with a row in its table whose forms become micro-ops or a fault.</summary>
public static class ImplementedCodes
{
    private static readonly FrozenSet<Code> Codes = Enum.GetValues<Code>().Where(IsImplemented).ToFrozenSet();

    /// <summary>All of them, in the decoder's order.</summary>
    public static IEnumerable<Code> All => Codes.Order();

    /// <summary>True if the decoder knows the code in 64-bit mode and the engine executes it.</summary>
    public static bool Contains(Code code) => Codes.Contains(code);

    /// <summary>True if an instruction of these bytes is not one that the engine calls unsupported.</summary>
    public static unsafe bool IsSupported(byte[] bytes)
    {
        fixed (byte* code = bytes)
        {
            MicroBlock? block = new BlockLifter().Lift(code, bytes.Length, int.MaxValue, OracleLayout.Code, BlockMode.Avx, 1);
            return block is { Terminal.Exit: not ExitReason.Unsupported };
        }
    }

    private static bool IsImplemented(Code code)
    {
        OpCodeInfo info = code.ToOpCode();
        if (!info.IsInstruction || !info.Mode64 || code == Code.INVALID || InstructionTable.Find(code) == null)
            return false;
        // One mnemonic may name rows for several register files. A code without forms counts, so that somebody must say why it has none.
        InstructionForm? form = InstructionForms.OfCode(code).FirstOrDefault();
        // Encodings of processors that are not x86-64 have rows by their mnemonics' accident and are never decoded.
        return form == null || (form.Instruction.Code == code && IsSupported(form.Bytes));
    }
}
