using Gee.External.Capstone;
using Gee.External.Capstone.X86;

namespace Rebound.Engine.Cli.Explaining;

/// <summary>Disassembles host code with Capstone: a decoder that the translator does not use, and so a second opinion.</summary>
internal static class HostDisassembly
{
    /// <summary>One line for each instruction, with offsets from the start so that two runs can be compared.</summary>
    /// <param name="code">Machine code.</param>
    /// <param name="address">Where it lies, for the targets of jumps and calls.</param>
    public static IEnumerable<string> Lines(byte[] code, ulong address)
    {
        using CapstoneX86Disassembler disassembler = CapstoneDisassembler.CreateX86Disassembler(X86DisassembleMode.Bit64);
        disassembler.DisassembleSyntax = DisassembleSyntax.Intel;
        foreach (X86Instruction instruction in disassembler.Disassemble(code, (long)address))
        {
            ulong offset = (ulong)instruction.Address - address;
            yield return $"{offset,6:x}  {Convert.ToHexStringLower(instruction.Bytes),-20}  {instruction.Mnemonic} {instruction.Operand}".TrimEnd();
        }
    }
}
