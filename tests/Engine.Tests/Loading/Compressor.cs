using System.Diagnostics;
using NUnit.Framework;

namespace Rebound.Engine.Tests.Loading;

/// <summary>Compresses as the kernel's build does: with the host's own programs.</summary>
internal sealed record Compressor(string Format, string Program, params string[] Arguments)
{
    /// <summary>Options as in Linux's scripts/Makefile.lib; "lz4 frame" is what people make of a vmlinux by hand.</summary>
    public static IReadOnlyList<Compressor> All { get; } =
    [
        new("gzip", "gzip", "-n", "-9"),
        new("bzip2", "bzip2", "-9"),
        new("xz", "xz", "--check=crc32", "--x86", "--lzma2=dict=32MiB"),
        new("lzma", "lzma", "-9"),
        new("zstd", "zstd", "-19"),
        new("lz4", "lz4", "-l", "-9"),
        new("lz4 frame", "lz4", "-9", "--content-size"),
        new("lz4 frame linked", "lz4", "-BD", "-B4", "-BX"),
    ];

    /// <summary>True if the kernel's build writes the size behind the data.</summary>
    public bool SizeFollows => Format != "gzip";

    /// <summary>The data, compressed. Skips the test, with the reason, where the program is missing.</summary>
    public byte[] Compress(byte[] data)
    {
        string[] folders = ["/usr/bin", "/bin", .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)];
        string? path = folders.Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);
        if (path is null) Assert.Ignore($"the program {Program} is not here; Debian's packages gzip, bzip2, xz-utils, zstd and lz4 have them all");
        // A file, not a pipe: some programs write sizes only if they know them before.
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, data);
            using Process process = Process.Start(new ProcessStartInfo(path!, [.. Arguments, "-c", file])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> said = process.StandardError.ReadToEndAsync();
            using var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, said.Result);
            return output.ToArray();
        }
        finally
        {
            File.Delete(file);
        }
    }

    public override string ToString() => Format;
}
