namespace Rebound.Jit.Tests.Oracle;

/// <summary>Files of recorded cases in the source tree, where a test may also write them anew.</summary>
internal static class RecordedFiles
{
    public static string Path(string name)
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory != null; directory = directory.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(directory.FullName, "Engine.sln")))
                return System.IO.Path.Combine(directory.FullName, "tests", "Jit.Tests", "Recorded", name);
        }

        throw new FileNotFoundException($"no Engine.sln above {AppContext.BaseDirectory}");
    }
}
