namespace Rebound.Guests.Tests;

/// <summary>A folder for the files of one test, gone with it.</summary>
internal sealed class CliFiles : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("rebound-cli-");

    public string Folder => _folder.FullName;

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, byte[] content)
    {
        string path = PathOf(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
