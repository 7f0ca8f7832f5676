namespace Rebound.Engine.Cli.CommandLine;

/// <summary>Reads the files a user names.</summary>
public static class InputFile
{
    /// <summary>The whole file.</summary>
    /// <exception cref="BadInputException">It is missing, a directory, too large for memory or not readable.</exception>
    public static byte[] Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0) throw new BadInputException("a file name is empty");
        if (Directory.Exists(path)) throw new BadInputException($"{path} is a directory, not a file");
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"there is no file '{path}'", error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw new BadInputException($"{path} cannot be read: permission denied", error);
        }
        catch (Exception error) when (error is IOException or NotSupportedException or ArgumentException)
        {
            throw new BadInputException($"{path} cannot be read: {error.Message}", error);
        }
    }
}
