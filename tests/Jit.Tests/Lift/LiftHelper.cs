using NUnit.Framework;
using Rebound.Jit.Ir;
using Rebound.Jit.Lift;

namespace Rebound.Jit.Tests.Lifting;

/// <summary>Lifts bytes as tests write them.</summary>
internal static unsafe class LiftHelper
{
    public const ulong Start = 0x1000;

    /// <summary>Bytes of hex digits; blanks are ignored.</summary>
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>Lifts a block in the middle of a page, with nothing behind the bytes.</summary>
    public static MicroBlock? TryLift(string hex, BlockMode mode = BlockMode.None, int maxInstructions = 64) =>
        TryLift(Bytes(hex), int.MaxValue, mode, maxInstructions);

    public static MicroBlock? TryLift(byte[] bytes, int pageRemaining, BlockMode mode = BlockMode.None, int maxInstructions = 64)
    {
        fixed (byte* code = bytes)
            return new BlockLifter().Lift(code, bytes.Length, pageRemaining, Start, mode, maxInstructions);
    }

    /// <summary>Lifts a block that must be well-formed.</summary>
    public static MicroBlock Lift(string hex, BlockMode mode = BlockMode.None)
    {
        MicroBlock? block = TryLift(hex, mode, Bytes(hex).Length);
        Assert.That(block, Is.Not.Null, hex);
        Assert.That(MicroVerifier.Verify(block!), Is.Empty, MicroPrinter.Print(block!));
        return block!;
    }

    /// <summary>The micro-ops of one instruction, one per line, without the terminal unless it is more than going on behind the instruction.</summary>
    public static string Text(string hex, BlockMode mode = BlockMode.None)
    {
        byte[] bytes = Bytes(hex);
        MicroBlock block = TryLift(bytes, int.MaxValue, mode, 1)!;
        Assert.That(MicroVerifier.Verify(block), Is.Empty, MicroPrinter.Print(block));
        List<string> lines = [];
        foreach (MicroOp op in block.OpSpan)
            lines.Add(MicroPrinter.Print(op));
        if (block.Terminal != Terminal.Jump(Start + (uint)bytes.Length))
            lines.Add(MicroPrinter.Print(block.Terminal));
        return string.Join("\n", lines);
    }
}
