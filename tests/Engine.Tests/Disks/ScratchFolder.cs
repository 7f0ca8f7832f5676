namespace Rebound.Engine.Tests.Disks;

/// <summary>A folder for a test's files, gone with it.</summary>
internal sealed class ScratchFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("rebound-disks-").FullName;

    /// <summary>The path of a file, which need not exist.</summary>
    public string this[string name] => Path.Combine(_path, name);

    /// <summary>Makes a file of bytes that are different everywhere.</summary>
    public string NewImage(string name, int bytes, int seed = 1)
    {
        byte[] content = new byte[bytes];
        new Random(seed).NextBytes(content);
        File.WriteAllBytes(this[name], content);
        return this[name];
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
