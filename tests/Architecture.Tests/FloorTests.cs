using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Rebound.Architecture.Tests;

/// <summary>References between projects run one way, from the command line down to the CPU.</summary>
public sealed partial class FloorTests
{
    /// <summary>What each project may reference directly; nothing else, and no cycle, follows from it.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Jit.Cpu"] = [],
        ["Jit.Ir"] = ["Jit.Cpu"],
        ["Jit.Semantics"] = ["Jit.Ir"],
        ["Jit.Interpret"] = ["Jit.Semantics"],
        ["Jit.Emit"] = ["Jit.Semantics"],
        ["Jit.Lift"] = ["Jit.Ir"],
        ["Jit.Runtime"] = ["Jit.Interpret", "Jit.Emit", "Jit.Lift"],
        ["Jit.Judge"] = ["Jit.Runtime"],
        ["Engine.Abi"] = ["Jit.Cpu"],
        ["Engine.Disks"] = [],
        ["Engine.Loading"] = [],
        ["Engine.Xen"] = ["Engine.Abi", "Engine.Disks"],
        ["Engine.Hosting"] = ["Engine.Xen", "Engine.Loading", "Jit.Runtime"],
        ["GuestImages"] = [],
        ["Engine.Cli"] = ["Engine.Hosting", "GuestImages", "Jit.Judge"],
    };

    /// <summary>Which projects may use which outside packages.</summary>
    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["Jit.Lift"] = ["Iced"],
        ["Jit.Judge"] = ["Iced"],
        ["Engine.Xen"] = ["Iced"],
        ["Engine.Loading"] = ["K4os.Compression.LZ4", "SharpCompress"],
        ["GuestImages"] = ["Iced"],
        ["Engine.Cli"] = ["Iced", "System.CommandLine", "Gee.External.Capstone"],
    };

    public static IEnumerable<string> Projects => Repository.Projects.Keys.Order(StringComparer.Ordinal);

    [Test]
    public void Every_project_has_a_floor() =>
        Assert.That(Repository.Projects.Keys, Is.EquivalentTo(Allowed.Keys));

    [TestCaseSource(nameof(Projects))]
    public void References_only_lower_floors(string project) =>
        Assert.That(Repository.Items(Repository.Projects[project], "ProjectReference"), Is.SubsetOf(Allowed[project]));

    [TestCaseSource(nameof(Projects))]
    public void Uses_only_its_packages(string project) =>
        Assert.That(
            Repository.Items(Repository.Projects[project], "PackageReference"),
            Is.SubsetOf(AllowedPackages.GetValueOrDefault(project, [])));

    [TestCaseSource(nameof(Projects))]
    public void Names_only_namespaces_of_lower_floors(string project)
    {
        HashSet<string> reachable = Reachable(project);
        reachable.Add(project);
        List<string> strangers = [];
        foreach (string file in SourcesOf(project))
        {
            foreach (Match match in ReboundNamespace().Matches(Repository.Read(file)))
            {
                string named = match.Groups["project"].Value;
                if (!reachable.Contains(named)) strangers.Add($"{file}: {match.Value}");
            }
        }

        Assert.That(strangers, Is.Empty);
    }

    [TestCaseSource(nameof(Projects))]
    public void Declares_its_own_namespace(string project)
    {
        string expected = $"namespace Rebound.{project}";
        IEnumerable<string> strangers = SourcesOf(project)
            .Where(file => DeclaredNamespace().Match(Repository.Read(file)) is { Success: true } match
                && match.Value != expected && !match.Value.StartsWith(expected + ".", StringComparison.Ordinal));
        Assert.That(strangers, Is.Empty);
    }

    [Test]
    public void The_cpu_knows_nothing_of_xen()
    {
        IEnumerable<string> lines = Repository.Sources("jit")
            .SelectMany(file => Repository.Read(file).Split('\n').Select((line, index) => (File: file, Number: index + 1, Line: line)))
            .Where(line => NamesXen().IsMatch(line.Line))
            .Select(line => $"{line.File}:{line.Number}: {line.Line.Trim()}");
        Assert.That(lines, Is.Empty);
    }

    private static IReadOnlyList<string> SourcesOf(string project)
    {
        string folder = Path.GetDirectoryName(Repository.Projects[project])!.Replace('\\', '/');
        // The guest images are compiled into the one project beside them.
        string prefix = project == "GuestImages" ? "guest-images/" : folder + "/";
        return [.. Repository.Sources(prefix.Split('/')[0]).Where(file => file.StartsWith(prefix, StringComparison.Ordinal))];
    }

    private static HashSet<string> Reachable(string project)
    {
        var reached = new HashSet<string>();
        var open = new Stack<string>(Allowed[project]);
        while (open.TryPop(out string? next))
        {
            if (!reached.Add(next)) continue;
            foreach (string lower in Allowed[next]) open.Push(lower);
        }

        return reached;
    }

    [GeneratedRegex(@"\bRebound\.(?<project>(?:Jit|Engine)\.[A-Z][a-z]+|GuestImages)\b")]
    private static partial Regex ReboundNamespace();

    [GeneratedRegex(@"^namespace [\w.]+", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex(@"\bxen|hypercall|Rebound\.Engine", RegexOptions.IgnoreCase)]
    private static partial Regex NamesXen();
}
