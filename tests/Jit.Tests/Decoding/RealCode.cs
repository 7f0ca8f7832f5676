using System.Buffers.Binary;

namespace Rebound.Jit.Tests.Decoding;

/// <summary>Machine code that compilers and people wrote: programs and a kernel from Debian's packages.</summary>
internal static class RealCode
{
    public const string Busybox = "/bin/busybox";

    /// <summary>The executable sections of an ELF64 file.</summary>
    public static List<byte[]> Sections(byte[] elf)
    {
        if (!elf.AsSpan().StartsWith("\u007fELF"u8))
            throw new InvalidDataException("not an ELF file");
        const int sectionHeaderBytes = 64;
        const ulong executable = 4;
        const uint programBits = 1;
        List<byte[]> sections = [];
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(0x28));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3c));
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = elf.AsSpan((int)table + (i * sectionHeaderBytes), sectionHeaderBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != programBits || (BinaryPrimitives.ReadUInt64LittleEndian(header[8..]) & executable) == 0)
                continue;
            sections.Add(elf.AsSpan((int)BinaryPrimitives.ReadUInt64LittleEndian(header[0x18..]), (int)BinaryPrimitives.ReadUInt64LittleEndian(header[0x20..])).ToArray());
        }

        return sections;
    }

    /// <summary>The kernel image that the test run put into place, or one that is installed; null if there is none.</summary>
    public static string? KernelImage()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root != null && !File.Exists(Path.Combine(root.FullName, "Engine.sln")))
            root = root.Parent;
        string[] folders = root == null ? ["/boot"] : [Path.Combine(root.FullName, "artifacts", "test-data", "cloud", "boot"), "/boot"];
        return folders.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "vmlinuz-*")).Order(StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>The ELF file inside a bzImage whose payload is LZ4-compressed, as Debian's are.</summary>
    /// <exception cref="InvalidDataException">It is compressed in another way, or is no bzImage.</exception>
    public static byte[] Vmlinux(byte[] image)
    {
        // The boot protocol's header (Documentation/arch/x86/boot.rst of Linux): "HdrS" at 0x202.
        if (!image.AsSpan(0x202).StartsWith("HdrS"u8))
            throw new InvalidDataException("not a bzImage");
        int setupSectors = image[0x1f1] == 0 ? 4 : image[0x1f1];
        int offset = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x248)) + ((setupSectors + 1) * 512);
        int length = BinaryPrimitives.ReadInt32LittleEndian(image.AsSpan(0x24c));
        ReadOnlySpan<byte> payload = image.AsSpan(offset, length);
        const uint legacyFrame = 0x184c_2102;
        if (BinaryPrimitives.ReadUInt32LittleEndian(payload) != legacyFrame)
            throw new InvalidDataException($"the payload begins with {Convert.ToHexString(payload[..4])}, and only LZ4's legacy frames (02214C18) can be read here");
        // Behind the frames stands the size of the result.
        byte[] result = new byte[BinaryPrimitives.ReadInt32LittleEndian(payload[^4..])];
        payload = payload[4..^4];
        int written = 0;
        while (payload.Length >= 4)
        {
            int block = BinaryPrimitives.ReadInt32LittleEndian(payload);
            written = Expand(payload.Slice(4, block), result, written);
            payload = payload[(4 + block)..];
        }

        return written == result.Length ? result : throw new InvalidDataException($"{written} bytes came out, {result.Length} were promised");
    }

    /// <summary>One LZ4 block: runs of literals, each followed by a copy of what was written before.</summary>
    private static int Expand(ReadOnlySpan<byte> block, byte[] output, int at)
    {
        const int shortestCopy = 4;
        int next = 0;
        while (next < block.Length)
        {
            int token = block[next++];
            int literals = Extended(block, ref next, token >> 4);
            block.Slice(next, literals).CopyTo(output.AsSpan(at));
            next += literals;
            at += literals;
            if (next >= block.Length)
                break;
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(block[next..]);
            next += 2;
            int copy = Extended(block, ref next, token & 15) + shortestCopy;
            // Source and destination may overlap: that is how a pattern is repeated.
            for (int i = 0; i < copy; i++, at++)
                output[at] = output[at - distance];
        }

        return at;
    }

    private static int Extended(ReadOnlySpan<byte> block, ref int next, int length)
    {
        if (length != 15)
            return length;
        byte more;
        do
            length += more = block[next++];
        while (more == 255);
        return length;
    }
}
