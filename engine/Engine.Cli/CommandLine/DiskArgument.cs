using Rebound.Engine.Disks;

namespace Rebound.Engine.Cli.CommandLine;

/// <summary>Reads the value of <c>--disk</c>: a file, and behind a comma what becomes of writes.</summary>
public static class DiskArgument
{
    private const string OverlayPrefix = "overlay=";

    /// <summary>"FILE", "FILE,ro", "FILE,write" or "FILE,overlay=PATH". A file's name may hold commas.</summary>
    /// <exception cref="BadInputException">What stands behind the comma is nothing of these.</exception>
    public static DiskOptions Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int overlay = text.LastIndexOf("," + OverlayPrefix, StringComparison.Ordinal);
        if (overlay >= 0)
        {
            string path = text[(overlay + 1 + OverlayPrefix.Length)..];
            if (path.Length == 0) throw new BadInputException($"--disk {text}: overlay= takes the name of a file");
            return new DiskOptions(text[..overlay], DiskAccess.Overlay, path);
        }

        int comma = text.LastIndexOf(',');
        string how = comma < 0 ? "" : text[(comma + 1)..];
        if (how == "ro") return new DiskOptions(text[..comma], DiskAccess.ReadOnly);
        if (how == "write") return new DiskOptions(text[..comma], DiskAccess.Write);
        if (comma >= 0 && !File.Exists(text)) throw new BadInputException($"--disk {text}: behind the comma stands ro, write or overlay=PATH, not '{how}'");
        return new DiskOptions(text);
    }
}
