using System.Text.RegularExpressions;
using NUnit.Framework;

namespace Rebound.Architecture.Tests;

/// <summary>What every source file keeps to.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 600;

    [Test]
    public void Files_are_short()
    {
        IEnumerable<string> longFiles = Repository.Sources()
            .Select(file => (File: file, Lines: Repository.Read(file).AsSpan().Count('\n')))
            .Where(file => file.Lines > LongestFile)
            .Select(file => $"{file.File}: {file.Lines} lines");
        Assert.That(longFiles, Is.Empty);
    }

    [Test]
    public void Nothing_is_left_for_later()
    {
        IEnumerable<string> marks = Repository.Sources()
            .Where(file => !file.EndsWith("/SourceTests.cs", StringComparison.Ordinal))
            .SelectMany(file => Later().Matches(Repository.Read(file)).Select(match => $"{file}: {match.Value}"));
        Assert.That(marks, Is.Empty);
    }

    [Test]
    public void Package_versions_stand_in_one_file()
    {
        IEnumerable<string> versions = Directory.EnumerateFiles(Repository.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(file => PackageVersion().IsMatch(File.ReadAllText(file)));
        Assert.That(versions, Is.Empty);
    }

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bHACK\b|NotImplementedException")]
    private static partial Regex Later();

    [GeneratedRegex("<PackageReference[^>]*Version=")]
    private static partial Regex PackageVersion();
}
