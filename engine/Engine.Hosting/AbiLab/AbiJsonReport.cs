using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>
/// The comparison as data: an array with one object per run. Values of words are strings in hexadecimal, since JSON numbers do
/// not hold 64 bits everywhere.
/// </summary>
public static class AbiJsonReport
{
    /// <summary>Writes the report, with a line end after it.</summary>
    public static void Write(TextWriter output, IReadOnlyList<AbiCell> cells)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(cells);
        using var buffer = new MemoryStream();
        // Console lines are for people: "user's" must not become "user\u0027s".
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartArray();
            foreach (AbiCell cell in cells) WriteCell(json, cell);
            json.WriteEndArray();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private static void WriteCell(Utf8JsonWriter json, AbiCell cell)
    {
        json.WriteStartObject();
        json.WriteString("guest", cell.Guest);
        json.WriteString("release", cell.Release);
        json.WriteString("verdict", Name(cell.Verdict));
        json.WriteString("expected", Name(cell.Expected));
        json.WriteString("ending", cell.Ending);
        json.WriteNumber("instructions", cell.Instructions);
        json.WriteNumber("systemCalls", cell.SystemCalls);
        json.WriteStartArray("differences");
        foreach (FrameDifference difference in cell.Differences) WriteDifference(json, difference);
        json.WriteEndArray();
        WriteAftermath(json, cell.Aftermath);
        json.WriteStartArray("console");
        foreach (string line in cell.Console) json.WriteStringValue(line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteDifference(Utf8JsonWriter json, FrameDifference difference)
    {
        json.WriteStartObject();
        json.WriteString("word", difference.Word);
        json.WriteString("expected", Hex(difference.Expected));
        json.WriteString("actual", Hex(difference.Actual));
        json.WriteStartArray("flags");
        foreach (FlagBit flag in difference.Flags)
        {
            json.WriteStartObject();
            json.WriteString("name", flag.Name);
            json.WriteNumber("bit", flag.Bit);
            json.WriteNumber("expected", flag.IsSetIn(difference.Expected) ? 1 : 0);
            json.WriteNumber("actual", flag.IsSetIn(difference.Actual) ? 1 : 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("count", difference.Count);
        WriteFrame(json, difference.First);
        json.WriteEndObject();
    }

    private static void WriteFrame(Utf8JsonWriter json, FrameSnapshot frame)
    {
        json.WriteStartObject("first");
        json.WriteNumber("systemCall", frame.Number);
        json.WriteString("userRip", Hex(frame.UserRip));
        json.WriteString("userRflags", Hex(frame.UserRflags));
        json.WriteString("stackPointer", Hex(frame.StackPointer));
        json.WriteString("handler", Hex(frame.Handler));
        json.WriteStartArray("words");
        foreach (ComparedWord word in frame.Words)
        {
            json.WriteStartObject();
            json.WriteString("word", word.Name);
            if (word.Offset is { } offset) json.WriteNumber("offset", offset);
            json.WriteString("actual", Hex(word.Actual));
            json.WriteString("expected", Hex(word.Expected));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteAftermath(Utf8JsonWriter json, FrameAftermath? aftermath)
    {
        if (aftermath is null) return;
        json.WriteStartObject("aftermath");
        json.WriteString("entry", aftermath.Entry);
        json.WriteString("userRip", Hex(aftermath.UserRip));
        json.WriteString("userRflags", Hex(aftermath.UserRflags));
        json.WriteStartArray("flags");
        foreach (FlagBit flag in aftermath.Flags) json.WriteStringValue(flag.Name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Name(AbiVerdict verdict) => verdict == AbiVerdict.Works ? "works" : "breaks";

    private static string Hex(ulong value) => $"0x{value:x}";
}
