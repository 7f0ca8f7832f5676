namespace Rebound.User.Tests.Programs;

/// <summary>A folder for one run of one program, gone afterwards.</summary>
internal sealed class ScratchFolder : IDisposable
{
    /// <param name="files">Names and contents to begin with.</param>
    public ScratchFolder(IReadOnlyDictionary<string, byte[]> files)
    {
        Path = Directory.CreateTempSubdirectory("rebound-user-").FullName;
        foreach ((string name, byte[] contents) in files)
            File.WriteAllBytes(System.IO.Path.Combine(Path, name), contents);
    }

    public string Path { get; }

    /// <summary>All files by their names from here, with their contents.</summary>
    public SortedDictionary<string, byte[]> Files()
    {
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories))
            files[System.IO.Path.GetRelativePath(Path, file)] = File.ReadAllBytes(file);
        return files;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
