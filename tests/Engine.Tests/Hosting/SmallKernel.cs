using System.Text;
using Iced.Intel;

namespace Rebound.Engine.Tests.Hosting;

/// <summary>
/// The smallest PV kernel: one writable segment of 64 KiB at 1 MiB above the virtual base, code at its start, notes behind the headers.
/// </summary>
internal static class SmallKernel
{
    public const ulong VirtualBase = 0xffffffff80000000;
    public const ulong Start = VirtualBase + 0x100000;

    /// <summary>Zeroed memory for the code to use, one page.</summary>
    public const ulong Data = Start + 0x8000;

    private const int Page = 4096;
    private const ulong SegmentSize = 0x10000;

    /// <summary>Assembles a kernel; hypercalls are SYSCALL with the number in rax.</summary>
    /// <param name="code">Emits the code.</param>
    /// <param name="size">Bytes of its segment, all mapped.</param>
    public static byte[] Build(Action<Assembler> code, ulong size = SegmentSize)
    {
        var assembler = new Assembler(64);
        code(assembler);
        using var text = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(text), Start);
        using var notes = new MemoryStream();
        Note(notes, 1, BitConverter.GetBytes(Start));
        Note(notes, 3, BitConverter.GetBytes(VirtualBase));
        Note(notes, 5, Encoding.ASCII.GetBytes("xen-3.0\0"));
        Note(notes, 8, Encoding.ASCII.GetBytes("generic\0"));
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        const int headers = 64 + (2 * 56);
        writer.Write((ReadOnlySpan<byte>)[0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        writer.Write((ushort)2);
        writer.Write((ushort)62);
        writer.Write(1);
        writer.Write(Start);
        writer.Write(64UL);
        writer.Write(0UL);
        writer.Write(0);
        writer.Write((ReadOnlySpan<byte>)[64, 0, 56, 0, 2, 0, 64, 0, 0, 0, 0, 0]);
        ProgramHeader(writer, 1, Page, 0x100000, (ulong)text.Length, size);
        ProgramHeader(writer, 4, headers, 0, (ulong)notes.Length, (ulong)notes.Length);
        writer.Write(notes.ToArray());
        writer.Write(new byte[Page - (int)file.Length]);
        writer.Write(text.ToArray());
        return file.ToArray();
    }

    private static void ProgramHeader(BinaryWriter writer, uint type, ulong offset, ulong physical, ulong fileSize, ulong memorySize)
    {
        writer.Write(type);
        writer.Write(7);
        writer.Write(offset);
        writer.Write(VirtualBase + physical);
        writer.Write(physical);
        writer.Write(fileSize);
        writer.Write(memorySize);
        writer.Write((ulong)Page);
    }

    private static void Note(MemoryStream notes, uint type, byte[] content)
    {
        notes.Write(BitConverter.GetBytes(4));
        notes.Write(BitConverter.GetBytes(content.Length));
        notes.Write(BitConverter.GetBytes(type));
        notes.Write("Xen\0"u8);
        notes.Write(content);
        notes.Write(new byte[-content.Length & 3]);
    }
}
