using System.CommandLine;
using Rebound.Engine.Cli.CommandLine;
using Rebound.Engine.Cli.Terminal;
using Rebound.Engine.Hosting.AbiLab;
using Rebound.Engine.Xen.Builder;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;

namespace Rebound.Engine.Cli.Commands;

/// <summary><c>rebound abi</c>: runs guests on releases and compares the frames of their system calls with the contract.</summary>
public sealed class AbiCommand : CliCommand
{
    private const string All = "all";

    private readonly Option<string?> _guests = new("--guests")
    {
        Description = "Guest images, by name and separated by commas. Default: those whose manifests say so; see 'rebound images'.",
        HelpName = "A,B",
    };

    private readonly Option<string> _releases = new("--releases")
    {
        Description = "Releases of Xen, separated by commas, or 'all'; see 'rebound releases'.",
        HelpName = "X,Y|all",
        DefaultValueFactory = _ => All,
    };

    private readonly Option<string[]> _manifests = new("--manifest")
    {
        Description = "A manifest in place of the one of the image it names, for example with other expectations. May be given again.",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string> _tier = MachineOptions.NewTierOption();

    private readonly Option<string> _format = new("--format")
    {
        Description = "'text' for people, 'json' for programs.",
        HelpName = "text|json",
        DefaultValueFactory = _ => "text",
    };

    public AbiCommand()
        : base("abi", "Run guests on releases of Xen and compare what each hands to a guest kernel at a system call.")
    {
        foreach (Option option in (Option[])[_guests, _releases, _manifests, _tier, _format]) Add(option);
    }

    /// <inheritdoc/>
    public override string Details =>
        """
        Every cell of the matrix is a run. A guest works if it prints its success line and shuts down cleanly. The frame of
        every system call is compared with what the processor left at SYSCALL; where a guest breaks, the first frame that
        differs is drawn word by word.
        Exit code: 0 if every run went as the guest's manifest expects, 1 if not, 2 if the command cannot be used.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("rebound abi", "the matrix: who works where, and why Solaris broke on Xen 3.1.1"),
        ("rebound abi --guests solaris-2007 --releases xen-3.1.1,xen-3.1.2", "the broken release beside the repaired one"),
        ("rebound abi --format json", "the same as data: an array of runs with verdicts and differences"),
    ];

    /// <inheritdoc/>
    protected override int Execute(ParseResult arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        Action<TextWriter, IReadOnlyList<AbiCell>> report = Values.Choice(
            "format",
            arguments.GetRequiredValue(_format),
            new Dictionary<string, Action<TextWriter, IReadOnlyList<AbiCell>>> { ["text"] = AbiTextReport.Write, ["json"] = AbiJsonReport.Write });
        IReadOnlyList<ReleaseProfile> releases = Releases(arguments.GetRequiredValue(_releases));
        IReadOnlyList<GuestImage> images = Images(arguments.GetValue(_guests), arguments.GetRequiredValue(_manifests));
        var laboratory = new AbiLaboratory { Tier = MachineOptions.Tier(arguments.GetRequiredValue(_tier)) };

        IReadOnlyList<AbiCell> cells;
        using (var progress = new ProgressLine())
        using (new Interruption(progress.Dispose))
        {
            int runs = images.Count * releases.Count, ended = 0;
            progress.Show($"0 of {runs} runs");
            try
            {
                cells = laboratory.Run(
                    [.. images.Select(AsGuest)],
                    releases,
                    cell => progress.Show($"{Interlocked.Increment(ref ended)} of {runs} runs: {cell.Guest} on {cell.Release}"));
            }
            catch (GuestImageException error)
            {
                // The images are sound; what does not fit comes from a manifest.
                throw new BadInputException(error.Message, error);
            }
        }

        report(Console.Out, cells);
        return cells.All(cell => cell.IsAsExpected) ? ExitCode.Success : ExitCode.Failure;
    }

    private static IReadOnlyList<ReleaseProfile> Releases(string text)
    {
        if (text == All) return ReleaseCatalog.All;
        IReadOnlyList<string> names = Values.List(text);
        if (names.Count == 0) throw new BadInputException("--releases names no release; 'rebound releases' lists them");
        return [.. names.Select(MachineOptions.Release).Distinct()];
    }

    private static IReadOnlyList<GuestImage> Images(string? text, string[] manifestFiles)
    {
        GuestManifest[] manifests = [.. manifestFiles.Select(GuestManifest.Load)];
        foreach (GuestManifest manifest in manifests)
        {
            if (GuestImageCatalog.Find(manifest.Name) is null)
                throw new BadInputException($"{manifest.Source}: field 'name' is '{manifest.Name}', and there is no such guest image");
        }

        // Whoever gives a manifest without naming guests wants to see that guest too.
        IEnumerable<string> names = text is null
            ? GuestImageCatalog.All.Where(image => image.Manifest.Abi).Select(image => image.Name).Concat(manifests.Select(manifest => manifest.Name))
            : Values.List(text);
        GuestImage[] images = [.. names.Distinct().Select(MachineOptions.Image).Select(image =>
            Array.FindLast(manifests, manifest => manifest.Name == image.Name) is { } manifest ? image.WithManifest(manifest) : image)];
        return images.Length > 0 ? images : throw new BadInputException("--guests names no guest image; 'rebound images' lists them");
    }

    private static AbiGuest AsGuest(GuestImage image) => new()
    {
        Name = image.Name,
        Kernel = image.Build(),
        CommandLine = image.Manifest.CommandLine,
        MemoryMebibytes = image.Manifest.Memory,
        SaysThatItWorks = lines => image.Manifest.Judge(lines) == GuestVerdict.Works,
        ExpectedOn = release => image.Manifest.ExpectedOn(release) == GuestVerdict.Works ? AbiVerdict.Works : AbiVerdict.Breaks,
    };
}
