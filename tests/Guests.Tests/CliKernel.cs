using System.Buffers.Binary;
using System.Text;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace Rebound.Guests.Tests;

/// <summary>Writes kernels that no sensible person would boot: the smallest ELF64 files a Xen domain builder takes, with any code in them.</summary>
internal static class CliKernel
{
    private const ulong VirtualBase = 0xffffffff80000000;
    private const ulong Code = VirtualBase + 0x101000;
    private const int SchedOp = 29, Shutdown = 2, ConsoleIo = 18;
    private const int HeaderSize = 64, ProgramHeaderSize = 56;

    /// <summary>What SCHEDOP_shutdown takes.</summary>
    public const int PowerOff = 0, Reboot = 1, Crash = 3;

    /// <summary>Where the code of every kernel from here starts.</summary>
    public const ulong EntryPoint = Code;

    /// <summary>A kernel that runs this code, with a note that says where it is to be mapped unless <paramref name="notes"/> is false.</summary>
    public static byte[] Build(Action<Assembler> emit, bool notes = true)
    {
        var assembler = new Assembler(64);
        emit(assembler);
        using var stream = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(stream), Code);
        return Elf(stream.ToArray(), notes);
    }

    /// <summary>Emits a line on the hypervisor's console.</summary>
    public static void Say(Assembler a, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text + "\n");
        Label over = a.CreateLabel(), data = a.CreateLabel();
        a.jmp(over);
        a.Label(ref data);
        a.db(bytes);
        a.Label(ref over);
        a.mov(eax, ConsoleIo);
        a.xor(edi, edi);
        a.mov(esi, bytes.Length);
        a.lea(rdx, __[data]);
        a.syscall();
    }

    /// <summary>Emits the end of the domain.</summary>
    public static void End(Assembler a, int reason)
    {
        a.push(reason);
        a.mov(eax, SchedOp);
        a.mov(edi, Shutdown);
        a.mov(rsi, rsp);
        a.syscall();
        a.ud2();
    }

    private static byte[] Elf(byte[] code, bool withNotes)
    {
        const int codeOffset = 0x1000;
        byte[] notes = withNotes ? Notes() : [];
        byte[] file = new byte[codeOffset + code.Length];
        ReadOnlySpan<byte> identification = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0];
        identification.CopyTo(file);
        Write16(file, 16, 2);
        Write16(file, 18, 62);
        Write16(file, 20, 1);
        Write64(file, 24, Code);
        Write64(file, 32, HeaderSize);
        Write16(file, 52, HeaderSize);
        Write16(file, 54, ProgramHeaderSize);
        Write16(file, 56, (ushort)(withNotes ? 2 : 1));
        ProgramHeader(file.AsSpan(HeaderSize), type: 1, codeOffset, Code, code.Length);
        if (withNotes) ProgramHeader(file.AsSpan(HeaderSize + ProgramHeaderSize), type: 4, 0x200, 0, notes.Length);
        notes.CopyTo(file, 0x200);
        code.CopyTo(file, codeOffset);
        return file;
    }

    private static void ProgramHeader(Span<byte> header, int type, int offset, ulong address, int size)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, type);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], 7);
        ReadOnlySpan<ulong> words = [(ulong)offset, address, address == 0 ? 0 : address - VirtualBase, (ulong)size, (ulong)size, 4];
        for (int i = 0; i < words.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(header[(8 + (i * 8))..], words[i]);
    }

    private static byte[] Notes()
    {
        using var notes = new MemoryStream();
        Note(notes, 1, BitConverter.GetBytes(Code));
        Note(notes, 3, BitConverter.GetBytes(VirtualBase));
        Note(notes, 5, "xen-3.0\0"u8);
        Note(notes, 6, "hostile\0"u8);
        Note(notes, 8, "generic\0"u8);
        return notes.ToArray();
    }

    private static void Note(MemoryStream notes, int type, ReadOnlySpan<byte> payload)
    {
        notes.Write(BitConverter.GetBytes(4));
        notes.Write(BitConverter.GetBytes(payload.Length));
        notes.Write(BitConverter.GetBytes(type));
        notes.Write("Xen\0"u8);
        notes.Write(payload);
        notes.Write(new byte[-payload.Length & 3]);
    }

    private static void Write16(byte[] file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);

    private static void Write64(byte[] file, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(at), value);
}
