using System.Reflection;
using Rebound.GuestImages.Building;

namespace Rebound.GuestImages;

/// <summary>The guest images of this assembly: one for each program class with a manifest of its name beside it.</summary>
public static class GuestImageCatalog
{
    private static readonly Lazy<IReadOnlyList<GuestImage>> Images = new(Read);

    /// <summary>All images, by name.</summary>
    /// <exception cref="GuestManifestException">A manifest is missing or wrong.</exception>
    public static IReadOnlyList<GuestImage> All => Images.Value;

    /// <summary>The image of that name, or null.</summary>
    public static GuestImage? Find(string name) => All.FirstOrDefault(image => image.Name == name);

    private static List<GuestImage> Read() =>
        [.. Assembly.GetExecutingAssembly().GetTypes()
            .Where(type => type.IsAssignableTo(typeof(GuestProgram)) && !type.IsAbstract)
            .Select(type => (GuestProgram)Activator.CreateInstance(type)!)
            .OrderBy(program => program.Name, StringComparer.Ordinal)
            .Select(program => new GuestImage(program, ManifestOf(program.Name)))];

    /// <summary>The text of the manifest of that name, as it stands beside the image's program.</summary>
    /// <exception cref="GuestManifestException">There is none.</exception>
    public static string ManifestText(string name)
    {
        string resource = $"{name}/{GuestManifest.FileName}";
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource);
        if (stream is null) throw new GuestManifestException($"{resource}: there is no such manifest in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static GuestManifest ManifestOf(string name)
    {
        string resource = $"{name}/{GuestManifest.FileName}";
        GuestManifest manifest = GuestManifest.Parse(ManifestText(name), resource);
        return manifest.Name == name
            ? manifest
            : throw new GuestManifestException($"{resource}: field 'name' is '{manifest.Name}', but the folder is '{name}'");
    }
}
