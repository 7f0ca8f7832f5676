using NUnit.Framework;

namespace Rebound.User.Tests.Programs;

/// <summary>What tests need from the machine around them. In CI all of it is installed, and its absence is a failure; elsewhere a test is ignored.</summary>
internal static class Requirement
{
    /// <summary>The path of the first of these files that exists.</summary>
    /// <param name="package">The Debian package that brings it.</param>
    /// <param name="paths">Where it may be.</param>
    public static string File(string package, params string[] paths)
    {
        string? found = paths.FirstOrDefault(System.IO.File.Exists);
        if (found is null)
            Missing($"{paths[0]} is not there: install Debian's package {package}");
        return found!;
    }

    /// <summary>Fails the test in CI and ignores it elsewhere.</summary>
    public static void Missing(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") is "1" or "true")
            Assert.Fail(reason);
        Assert.Ignore(reason);
    }
}
