using System.CommandLine;
using System.Globalization;
using Rebound.Engine.Cli.CommandLine;
using Rebound.GuestImages;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound images</c>: the guest images of this repository, listed or written as kernel files.</summary>
public sealed class ImagesCommand : CliCommand
{
    private readonly Option<string?> _output = new("--output")
    {
        Description = "Write each image there, as NAME.elf with its manifest NAME.json; the directory is made if need be.",
        HelpName = "DIR",
    };

    public ImagesCommand()
        : base("images", "List our own guest kernels, or write them as ELF files that real Xen boots too.") => Add(_output);

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound images", "names for 'rebound run' and 'rebound abi', and what each shows"),
        ("rebound images --output guests", "write guests/hello.elf and the others"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        string? directory = arguments.GetValue(_output);
        if (directory is null) List();
        else Write(directory);
        return ExitCode.Success;
    }

    private static void List()
    {
        var table = new TextTable("image", "memory", "in 'abi'", "what it is");
        foreach (GuestImage image in GuestImageCatalog.All)
        {
            GuestManifest manifest = image.Manifest;
            table.Add(image.Name, manifest.Memory.ToString(CultureInfo.InvariantCulture) + "M", manifest.Abi ? "yes" : "", manifest.Summary);
        }

        table.Write(Console.Out);
    }

    private static void Write(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            foreach (GuestImage image in GuestImageCatalog.All)
            {
                string file = Path.Combine(directory, image.Name + ".elf");
                File.WriteAllBytes(file, image.Build());
                File.WriteAllText(Path.ChangeExtension(file, ".json"), GuestImageCatalog.ManifestText(image.Name));
                Console.WriteLine(file);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new BadInputException($"{directory} cannot be written: {error.Message}", error);
        }
    }
}
