using Iced.Intel;
using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Engine.Cli.Explaining;

/// <summary>Writes what becomes of a piece of guest code, one stage after the other.</summary>
public static class CodeExplanation
{
    private const int LongestBlock = 64;

    /// <summary>Explains the code at an address: the block that starts there.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="code">The bytes from that address on; what is behind them counts as not there.</param>
    /// <param name="rip">The address.</param>
    /// <exception cref="CommandLine.BadInputException">The bytes end within the first instruction.</exception>
    public static void Write(TextWriter output, ReadOnlyMemory<byte> code, ulong rip)
    {
        ArgumentNullException.ThrowIfNull(output);
        MicroBlock block = Lift(code, rip);
        Heading(output, "guest code");
        string[] assembly = Assembly(code, block);
        for (int i = 0; i < block.InstructionCount; i++)
        {
            GuestInstruction place = block.Instructions[i];
            string bytes = Convert.ToHexStringLower(code.Span.Slice(place.Offset, place.Length));
            output.WriteLine($"{block.RipOf(i):x16}  {bytes,-20}  {assembly[i]}");
        }

        Heading(output, "micro-operations");
        output.Write(MicroPrinter.Print(block, i => assembly[i]));
    }

    private static void Heading(TextWriter output, string title) => output.WriteLine($"-- {title}");

    private static unsafe MicroBlock Lift(ReadOnlyMemory<byte> code, ulong rip)
    {
        int length = Math.Min(code.Length, GuestMemory.FrameSize * 2);
        int toPageEnd = (int)(GuestMemory.FrameSize - (rip & GuestMemory.FrameMask));
        fixed (byte* bytes = code.Span)
        {
            return new BlockLifter().Lift(bytes, Math.Min(length, toPageEnd + BlockLifter.MaxInstructionLength), toPageEnd, rip, BlockMode.None, LongestBlock)
                ?? throw new CommandLine.BadInputException($"the {code.Length} bytes at 0x{rip:x} end within their first instruction");
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
}
