using System.Text;

namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>Draws the frame of a difference word by word, and a word that stands for flags bit by bit.</summary>
public static class FrameDrawing
{
    private const string Rule = "  +--------+-------------+------------------+------------------+";

    /// <summary>Writes the drawing of the first frame that had the difference.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="difference">The difference to point at.</param>
    /// <param name="systemCalls">How many system calls the run made.</param>
    public static void Write(TextWriter output, FrameDifference difference, long systemCalls)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(difference);
        FrameSnapshot frame = difference.First;
        output.WriteLine($"System call {frame.Number} of {systemCalls}, made with RFLAGS {frame.UserRflags:x} just before rip {frame.UserRip:x}; "
            + $"the handler at {frame.Handler:x} finds this at its rsp, {frame.StackPointer:x}:");
        output.WriteLine();
        output.WriteLine(Rule);
        output.WriteLine("  | offset | word        | it holds         | expected         |");
        output.WriteLine(Rule);
        foreach (ComparedWord word in frame.Words)
        {
            string offset = word.Offset is { } at ? $"+0x{at:x2}" : "";
            output.WriteLine($"  | {offset,-6} | {word.Name,-11} | {word.Actual:x16} | {word.Expected:x16} |{Marker(word)}");
        }

        output.WriteLine(Rule);
        output.WriteLine();
        if (difference.Flags.Count > 0) WriteFlags(output, difference);
    }

    private static string Marker(ComparedWord word) => (word.Differs, word.Name) switch
    {
        (false, _) => "",
        (true, FrameContract.LiveRflags) => "  <== flags the release promises to clear",
        (true, "r11") => "  <== not the user's RFLAGS",
        (true, "rcx") => "  <== not the user's return address",
        _ => "  <== differs",
    };

    // One column of two or more characters per flag, so that the names above the bits can be read.
    private static void WriteFlags(TextWriter output, FrameDifference difference)
    {
        var names = new StringBuilder();
        var expected = new StringBuilder();
        var actual = new StringBuilder();
        var pointer = new StringBuilder();
        foreach (FlagBit flag in FlagBit.All)
        {
            string name = flag.Name == "IOPL" ? $"IOPL{flag.Bit - 12}" : flag.Name;
            int width = name.Length + 1;
            bool differs = difference.Flags.Contains(flag);
            names.Append(name.PadRight(width));
            expected.Append((flag.IsSetIn(difference.Expected) ? "1" : ".").PadRight(width));
            actual.Append((flag.IsSetIn(difference.Actual) ? "1" : ".").PadRight(width));
            pointer.Append((differs ? "^" : "").PadRight(width));
        }

        output.WriteLine($"The {difference.Word} word read as RFLAGS:");
        output.WriteLine();
        output.WriteLine($"      flag      {names.ToString().TrimEnd()}");
        output.WriteLine($"      expected  {expected.ToString().TrimEnd()}");
        output.WriteLine($"      it holds  {actual.ToString().TrimEnd()}");
        output.WriteLine($"                {pointer.ToString().TrimEnd()}");
        foreach (FlagBit flag in difference.Flags.Where(flag => flag.WhenWrong.Length > 0 && flag.IsSetIn(difference.Actual)))
            output.WriteLine($"      {flag.Name} (bit {flag.Bit}) is set: {flag.WhenWrong}");
        output.WriteLine();
    }
}
