using Iced.Intel;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Runtime;

namespace Rebound.Engine.Cli.Explaining;

/// <summary>Writes what becomes of a piece of guest code, one stage after the other.</summary>
internal static class CodeExplanation
{
    // A region stays within one page; an instruction at its end may reach into the next.
    private const int LongestCode = GuestMemory.FrameSize * 2;

    /// <summary>Explains the code at an address: the region that starts with the block there.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="code">The bytes from that address on; what is behind them counts as not there.</param>
    /// <param name="rip">The address.</param>
    /// <exception cref="BadInputException">The bytes end within the first instruction.</exception>
    public static void Write(TextWriter output, ReadOnlyMemory<byte> code, ulong rip)
    {
        ReadOnlyMemory<byte> bytes = code[..Math.Min(code.Length, LongestCode)];
        RegionExplanation region = Explain(bytes, rip);
        output.WriteLine($"-- guest code: {Count(region.Blocks.Count, "block")}, {Count(region.Blocks.Sum(block => block.InstructionCount), "instruction")}");
        foreach (MicroBlock block in region.Blocks) WriteAssembly(output, bytes[(int)(block.Rip - rip)..], block);

        output.WriteLine($"-- micro-operations: {region.Blocks.Sum(block => block.OpCount)}");
        foreach (MicroBlock block in region.Blocks)
        {
            string[] assembly = Assembly(bytes[(int)(block.Rip - rip)..], block);
            output.Write(MicroPrinter.Print(block, i => assembly[i]));
        }

        output.WriteLine("-- IL");
        output.WriteLine(region.Il.TrimEnd());
        output.WriteLine($"-- host code: {region.HostCode.Length} bytes");
        foreach (string line in HostDisassembly.Lines(region.HostCode, region.HostAddress)) output.WriteLine(line);
    }

    private static RegionExplanation Explain(ReadOnlyMemory<byte> code, ulong rip)
    {
        try
        {
            return RegionExplainer.Explain(code.Span, rip, BlockMode.Avx, new ExecutionOptions());
        }
        catch (ArgumentException error)
        {
            throw new BadInputException($"at 0x{rip:x}: {error.Message}", error);
        }
    }

    private static void WriteAssembly(TextWriter output, ReadOnlyMemory<byte> code, MicroBlock block)
    {
        string[] assembly = Assembly(code, block);
        for (int i = 0; i < block.InstructionCount; i++)
        {
            GuestInstruction place = block.Instructions[i];
            string bytes = Convert.ToHexStringLower(code.Span.Slice(place.Offset, place.Length));
            output.WriteLine($"{block.RipOf(i):x16}  {bytes,-20}  {assembly[i]}");
        }
    }

    private static string[] Assembly(ReadOnlyMemory<byte> code, MicroBlock block)
    {
        var formatter = new NasmFormatter { Options = { HexPrefix = "0x", HexSuffix = "", UppercaseHex = false, SpaceAfterOperandSeparator = true } };
        var text = new StringOutput();
        return [.. block.Instructions.Select((place, i) =>
        {
            byte[] bytes = code.Slice(place.Offset, place.Length).ToArray();
            Decoder decoder = Decoder.Create(64, bytes, block.RipOf(i), DecoderOptions.ForceReservedNop);
            formatter.Format(decoder.Decode(), text);
            return text.ToStringAndReset();
        })];
    }

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
