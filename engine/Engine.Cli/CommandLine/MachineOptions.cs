using System.CommandLine;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen.Releases;
using Rebound.GuestImages;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>What several commands let a user choose of a machine, read the same way in each.</summary>
public static class MachineOptions
{
    private static readonly IReadOnlyDictionary<string, Tier> Tiers = new Dictionary<string, Tier>
    {
        ["auto"] = Jit.Cpu.Tier.Auto,
        ["interpreter"] = Jit.Cpu.Tier.Interpreter,
        ["jit"] = Jit.Cpu.Tier.Jit,
    }.AsReadOnly();

    private static readonly IReadOnlyDictionary<string, GuestTime> Times = new Dictionary<string, GuestTime>
    {
        ["virtual"] = GuestTime.Virtual,
        ["wall"] = GuestTime.Wall,
    }.AsReadOnly();

    /// <summary>A new <c>--tier</c> option.</summary>
    public static Option<string> NewTierOption() => new("--tier")
    {
        Description = "'interpreter', 'jit' (everything is compiled before it first runs) or 'auto' (what proves hot is compiled in the background).",
        HelpName = "T",
        DefaultValueFactory = _ => "auto",
    };

    /// <summary>The tier of that name.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static Tier Tier(string name) => Values.Choice("tier", name, Tiers);

    /// <summary>A new <c>--time</c> option.</summary>
    public static Option<string> NewTimeOption() => new("--time")
    {
        Description = "'virtual' (the guest's time passes with its instructions and jumps over idle, so that runs repeat) or 'wall' (it is the host's).",
        HelpName = "T",
        DefaultValueFactory = _ => "virtual",
    };

    /// <summary>The time of that name.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static GuestTime Time(string name) => Values.Choice("time", name, Times);

    /// <summary>The release of that name.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static ReleaseProfile Release(string name) => ReleaseCatalog.Find(name)
        ?? throw new BadInputException($"unknown release '{name}'; there are: {string.Join(", ", ReleaseCatalog.All.Select(release => release.Name))}");

    /// <summary>A new <c>--cpu</c> option.</summary>
    public static Option<string> NewCpuOption() => new("--cpu")
    {
        Description = $"The processor: {string.Join(", ", CpuModelCatalog.All.Select(model => $"'{model.Name}' ({model.Summary})"))}. What CPUID shows works, the rest is undefined.",
        HelpName = "C",
        DefaultValueFactory = _ => CpuModelCatalog.DefaultName,
    };

    /// <summary>The processor model of that name.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static CpuModel Cpu(string name) => CpuModelCatalog.Find(name)
        ?? throw new BadInputException($"unknown processor '{name}'; there are: {string.Join(", ", CpuModelCatalog.All.Select(model => model.Name))}");

    /// <summary>The guest image of that name.</summary>
    /// <exception cref="BadInputException">There is none.</exception>
    public static GuestImage Image(string name) => GuestImageCatalog.Find(name)
        ?? throw new BadInputException($"unknown guest image '{name}'; there are: {string.Join(", ", GuestImageCatalog.All.Select(image => image.Name))}");
}
