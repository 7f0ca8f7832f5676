using System.Reflection;
using Rebound.GuestImages.Building;

namespace Rebound.GuestImages;

/// <summary>A guest kernel that this assembly can build, with its manifest.</summary>
public sealed class GuestImage
{
    private readonly GuestProgram _program;

    internal GuestImage(GuestProgram program, GuestManifest manifest)
    {
        _program = program;
        Manifest = manifest;
    }

    /// <summary>The image's name, such as "hello".</summary>
    public string Name => _program.Name;

    /// <summary>What is expected of it.</summary>
    public GuestManifest Manifest { get; }

    /// <summary>Builds the kernel: the bytes of an ELF64 file for a Xen PV domain builder, the same every time.</summary>
    public byte[] Build() => KernelBuilder.Build(_program);

    /// <summary>
    /// What the image printed on real Xen of that release ("xen-4.17"), line by line, run with its manifest's command line and
    /// memory; null where nobody recorded it.
    /// </summary>
    public IReadOnlyList<string>? TranscriptOf(string release)
    {
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{Name}/{release}.txt");
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd().ReplaceLineEndings("\n").Split('\n');
    }

    /// <summary>The same image with another manifest in place of its own.</summary>
    /// <exception cref="GuestManifestException">The manifest is another image's.</exception>
    public GuestImage WithManifest(GuestManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Name != Name)
            throw new GuestManifestException($"{manifest.Source}: field 'name' is '{manifest.Name}', but the image is '{Name}'");
        return new GuestImage(_program, manifest);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
