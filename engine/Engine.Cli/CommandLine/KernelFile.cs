using Rebound.GuestImages;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>A kernel that a user named: a file, or one of our guest images.</summary>
/// <param name="Name">As the user wrote it, for messages.</param>
/// <param name="Bytes">The ELF file.</param>
/// <param name="Image">The guest image, if it is one.</param>
public sealed record KernelFile(string Name, ReadOnlyMemory<byte> Bytes, GuestImage? Image)
{
    /// <summary>The file of that name if there is one, otherwise the guest image of that name.</summary>
    /// <exception cref="BadInputException">There is neither, or the file cannot be read.</exception>
    public static KernelFile Open(string name)
    {
        if (!File.Exists(name) && GuestImageCatalog.Find(name) is { } image) return new KernelFile(name, image.Build(), image);
        bool looksLikeImage = !Directory.Exists(name) && !File.Exists(name) && name.AsSpan().IndexOfAny('/', '\\', '.') < 0;
        if (looksLikeImage) throw new BadInputException($"there is no file '{name}', and no guest image of that name; 'rebound images' lists them");
        return new KernelFile(name, InputFile.Read(name), null);
    }
}
