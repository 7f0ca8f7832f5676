using System.Xml.Linq;

namespace Rebound.Architecture.Tests;

/// <summary>The source tree the tests were built from.</summary>
internal static class Repository
{
    private static readonly string[] SourceFolders = ["engine", "jit", "guest-images", "tests", "perf"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All C# sources under the given top-level folders, or under all of them; paths are relative to <see cref="Root"/>.</summary>
    public static IReadOnlyList<string> Sources(params string[] folders) =>
        [.. (folders.Length == 0 ? SourceFolders : folders)
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];

    /// <summary>The text of a file, by its path relative to <see cref="Root"/>.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>Every project of the solution but the tests and benchmarks: name and project file, relative to <see cref="Root"/>.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } = new[] { "engine", "jit", "guest-images" }
        .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories))
        .ToDictionary(file => Path.GetFileNameWithoutExtension(file), file => Path.GetRelativePath(Root, file).Replace('\\', '/'));

    /// <summary>Items of a project file, by the item's name: the file name of a reference without its extension, or a package's name.</summary>
    public static IReadOnlySet<string> Items(string projectFile, string item) =>
        XDocument.Parse(Read(projectFile)).Descendants(item)
            .Select(element => (string)element.Attribute("Include")!)
            .Select(include => item == "ProjectReference" ? Path.GetFileNameWithoutExtension(include.Replace('\\', '/')) : include)
            .ToHashSet();

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Engine.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"no Engine.sln above {AppContext.BaseDirectory}");
    }
}
