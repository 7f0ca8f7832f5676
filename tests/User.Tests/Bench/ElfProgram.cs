using System.Buffers.Binary;

namespace Rebound.User.Tests.Bench;

/// <summary>A static x86-64 program file: at a fixed address (ET_EXEC) or movable (static-pie, ET_DYN without an interpreter).</summary>
internal sealed class ElfProgram
{
    /// <summary>Where movable programs go.</summary>
    private const ulong PieBase = 0x5555_5555_4000;

    private const int ProgramHeaderSize = 56;
    private const uint Load = 1;
    private const uint Interpreter = 3;

    private readonly byte[] _file;
    private readonly ulong _bias;

    /// <exception cref="UserProgramException">The file is something else.</exception>
    public ElfProgram(byte[] file)
    {
        _file = file;
        if (file.Length < 64 || !file.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x7f, 0x45, 0x4c, 0x46, 2, 1]))
            throw new UserProgramException("not a 64-bit little-endian ELF file");
        ushort type = Word(16);
        if (Word(18) != 62 || type is not (2 or 3))
            throw new UserProgramException($"not a program for x86-64 (type {type}, machine {Word(18)})");
        _bias = type == 3 ? PieBase : 0;
        HeaderCount = Word(56);
        if (Segments().Any(segment => segment.Type == Interpreter))
            throw new UserProgramException("the program is linked dynamically; the bench runs static ones");
    }

    public ulong Entry => Long(24) + _bias;

    public int HeaderCount { get; }

    public static int HeaderSize => ProgramHeaderSize;

    /// <summary>Address of the program headers in memory (AT_PHDR).</summary>
    public ulong Headers => Segments()
        .Where(segment => segment.Type == Load && segment.Offset <= Long(32) && Long(32) < segment.Offset + segment.FileSize)
        .Select(segment => segment.Address + Long(32) - segment.Offset + _bias)
        .First();

    /// <summary>Puts the segments into memory and the heap's start behind them.</summary>
    public void LoadInto(AddressSpace memory)
    {
        ulong end = 0;
        foreach (Segment segment in Segments().Where(segment => segment.Type == Load))
        {
            ulong first = (segment.Address + _bias) & ~(AddressSpace.PageSize - 1);
            ulong behind = segment.Address + _bias + segment.MemorySize;
            memory.Map(first, behind - first, segment.Rights);
            if (!memory.TryWrite(segment.Address + _bias, _file.AsSpan((int)segment.Offset, (int)segment.FileSize), force: true))
                throw new UserProgramException("a segment lies outside its own pages");
            end = Math.Max(end, AddressSpace.RoundUp(behind));
        }

        memory.InitialBreak = end + (16 * AddressSpace.PageSize);
        memory.Break = memory.InitialBreak;
    }

    private IEnumerable<Segment> Segments()
    {
        for (int i = 0; i < HeaderCount; i++)
        {
            int at = (int)Long(32) + (i * ProgramHeaderSize);
            uint flags = BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at + 4));
            Protection rights = ((flags & 4) != 0 ? Protection.Read : 0) | ((flags & 2) != 0 ? Protection.Write : 0)
                | ((flags & 1) != 0 ? Protection.Execute : 0);
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(_file.AsSpan(at));
            yield return new Segment(type, rights, Long(at + 8), Long(at + 16), Long(at + 32), Long(at + 40));
        }
    }

    private ushort Word(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(offset));

    private ulong Long(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_file.AsSpan(offset));

    private readonly record struct Segment(uint Type, Protection Rights, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize);
}
