namespace Rebound.GuestImages;

/// <summary>
/// What a guest image is and what is expected of it: the content of its <c>guest.json</c>. Every field is required, and a
/// field that is not listed here is an error.
/// </summary>
public sealed record GuestManifest
{
    /// <summary>The file name of a manifest in an image's folder.</summary>
    public const string FileName = "guest.json";

    /// <summary>The key of <see cref="Expected"/> that stands for every release without a key of its own.</summary>
    public const string DefaultRelease = "default";

    /// <summary>The image's name: lower-case letters, digits and hyphens; also its folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>One line for lists.</summary>
    public required string Summary { get; init; }

    /// <summary>A paragraph for people: what the guest does and what it shows.</summary>
    public required string Description { get; init; }

    /// <summary>The command line the guest is started with, at most 1023 bytes of ASCII; may be empty.</summary>
    public required string CommandLine { get; init; }

    /// <summary>The guest's memory in MiB.</summary>
    public required int Memory { get; init; }

    /// <summary>
    /// Lines that a good run prints, in this order; other lines may stand between them. Each is a <see cref="ConsolePattern"/>.
    /// </summary>
    public required IReadOnlyList<string> ExpectedConsole { get; init; }

    /// <summary>The console line, a <see cref="ConsolePattern"/>, that says that the guest works.</summary>
    public required string SuccessLine { get; init; }

    /// <summary>The expected verdict by release name ("xen-3.1.1") or <see cref="DefaultRelease"/>.</summary>
    public required IReadOnlyDictionary<string, GuestVerdict> Expected { get; init; }

    /// <summary>Whether the guest belongs to the default matrix of the ABI demonstration.</summary>
    public required bool Abi { get; init; }

    /// <summary>Where the manifest was read, for messages.</summary>
    public required string Source { get; init; }

    /// <summary>Reads a manifest from a file, or from the <c>guest.json</c> in a folder.</summary>
    /// <exception cref="GuestManifestException">The file is missing or unreadable, is no JSON, or has a wrong field.</exception>
    public static GuestManifest Load(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        try
        {
            return Parse(File.ReadAllText(file), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new GuestManifestException($"{file}: cannot be read: {error.Message}", error);
        }
    }

    /// <summary>Reads a manifest from its JSON text; <paramref name="source"/> names it in messages.</summary>
    /// <exception cref="GuestManifestException">The text is no JSON object or has a wrong field.</exception>
    public static GuestManifest Parse(string json, string source) => ManifestReader.Read(json, source);

    /// <summary>The verdict expected on a release: its own entry, or else the default one.</summary>
    /// <exception cref="GuestManifestException">The manifest has neither.</exception>
    public GuestVerdict ExpectedOn(string release)
    {
        if (Expected.TryGetValue(release, out GuestVerdict verdict) || Expected.TryGetValue(DefaultRelease, out verdict)) return verdict;
        throw new GuestManifestException($"{Source}: field 'expected' names neither '{release}' nor '{DefaultRelease}'");
    }

    /// <summary>The verdict of a run whose console printed <paramref name="consoleLines"/>.</summary>
    public GuestVerdict Judge(IEnumerable<string> consoleLines)
    {
        var success = new ConsolePattern(SuccessLine);
        return consoleLines.Any(success.Matches) ? GuestVerdict.Works : GuestVerdict.Breaks;
    }

    /// <summary>
    /// The first line of <see cref="ExpectedConsole"/> that a run did not print in its place, or null when all are there.
    /// </summary>
    public string? FirstMissingLine(IEnumerable<string> consoleLines)
    {
        using IEnumerator<string> line = consoleLines.GetEnumerator();
        foreach (string expected in ExpectedConsole)
        {
            var pattern = new ConsolePattern(expected);
            bool found = false;
            while (!found && line.MoveNext()) found = pattern.Matches(line.Current);
            if (!found) return expected;
        }

        return null;
    }
}
