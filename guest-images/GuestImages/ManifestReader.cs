using System.Text.Json;
using System.Text.RegularExpressions;

namespace Rebound.GuestImages;

/// <summary>Reads one manifest, field by field, so that each error can name its field.</summary>
internal sealed partial class ManifestReader
{
    private const int SmallestMemory = 8, LargestMemory = 65536;
    private const int LongestCommandLine = 1023; // start_info has 1024 bytes for it with its NUL

    private readonly string _source;
    private readonly Dictionary<string, JsonElement> _fields = [];

    private ManifestReader(JsonElement root, string source)
    {
        _source = source;
        foreach (JsonProperty field in root.EnumerateObject())
            if (!_fields.TryAdd(field.Name, field.Value))
                throw Error(field.Name, "is there twice");
    }

    public static GuestManifest Read(string json, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new GuestManifestException($"{source}: a manifest is a JSON object");
            return new ManifestReader(document.RootElement, source).Manifest();
        }
        catch (JsonException error)
        {
            throw new GuestManifestException(
                $"{source}: no valid JSON at line {error.LineNumber + 1}, character {error.BytePositionInLine + 1}", error);
        }
    }

    private GuestManifest Manifest()
    {
        var manifest = new GuestManifest
        {
            Source = _source,
            Name = Name(),
            Summary = Text("summary"),
            Description = Text("description"),
            CommandLine = CommandLine(),
            Memory = Memory(),
            ExpectedConsole = Lines("expectedConsole"),
            SuccessLine = Pattern("successLine", Text("successLine")),
            Expected = Expected(),
            Abi = Take("abi", JsonValueKind.True, JsonValueKind.False).GetBoolean(),
        };
        foreach (string unknown in _fields.Keys) throw Error(unknown, "is unknown");
        return manifest;
    }

    private string Name()
    {
        string name = Text("name");
        return NameForm().IsMatch(name) ? name : throw Error("name", $"is '{name}', which is not lower-case letters, digits and hyphens");
    }

    private string CommandLine()
    {
        string text = Take("commandLine", JsonValueKind.String).GetString()!;
        if (text.Length > LongestCommandLine) throw Error("commandLine", $"is longer than {LongestCommandLine} characters");
        return text.All(c => c is >= ' ' and <= '~') ? text : throw Error("commandLine", "has characters that are not printable ASCII");
    }

    private int Memory()
    {
        JsonElement value = Take("memory", JsonValueKind.Number);
        if (value.TryGetInt32(out int memory) && memory is >= SmallestMemory and <= LargestMemory) return memory;
        throw Error("memory", $"is {value}, which is no whole number of MiB from {SmallestMemory} to {LargestMemory}");
    }

    private List<string> Lines(string field)
    {
        var lines = new List<string>();
        foreach (JsonElement line in Take(field, JsonValueKind.Array).EnumerateArray())
        {
            if (line.ValueKind != JsonValueKind.String) throw Error($"{field}[{lines.Count}]", "is no text");
            lines.Add(Pattern($"{field}[{lines.Count}]", line.GetString()!));
        }

        return lines.Count > 0 ? lines : throw Error(field, "is empty");
    }

    private Dictionary<string, GuestVerdict> Expected()
    {
        var verdicts = new Dictionary<string, GuestVerdict>();
        foreach (JsonProperty entry in Take("expected", JsonValueKind.Object).EnumerateObject())
        {
            string field = $"expected.{entry.Name}";
            if (entry.Name != GuestManifest.DefaultRelease && !ReleaseForm().IsMatch(entry.Name))
                throw Error(field, "is no release name such as 'xen-3.1.1', and not 'default'");
            string? text = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString() : null;
            GuestVerdict verdict = text switch
            {
                "works" => GuestVerdict.Works,
                "breaks" => GuestVerdict.Breaks,
                _ => throw Error(field, $"is {entry.Value.GetRawText()}, not \"works\" or \"breaks\""),
            };
            if (!verdicts.TryAdd(entry.Name, verdict)) throw Error(field, "is there twice");
        }

        return verdicts.Count > 0 ? verdicts : throw Error("expected", "is empty");
    }

    private string Text(string field)
    {
        string text = Take(field, JsonValueKind.String).GetString()!;
        return text.Length > 0 ? text : throw Error(field, "is empty");
    }

    private string Pattern(string field, string text)
    {
        try
        {
            return new ConsolePattern(text).Text;
        }
        catch (FormatException error)
        {
            throw new GuestManifestException($"{_source}: field '{field}': {error.Message}", error);
        }
    }

    private JsonElement Take(string field, params ReadOnlySpan<JsonValueKind> kinds)
    {
        if (!_fields.Remove(field, out JsonElement value)) throw Error(field, "is missing");
        return kinds.Contains(value.ValueKind) ? value : throw Error(field, $"is {Describe(value.ValueKind)}, not {Describe(kinds[0])}");
    }

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private GuestManifestException Error(string field, string problem) => new($"{_source}: field '{field}' {problem}");

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^xen-[0-9]+(\.[0-9]+)+(-[a-z0-9]+)?$")]
    private static partial Regex ReleaseForm();
}
