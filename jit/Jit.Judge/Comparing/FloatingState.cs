namespace Rebound.Jit.Judge;

/// <summary>Vector and x87 registers with their control and status words, as a case starts or ends.</summary>
public sealed class FloatingState
{
    public const uint DefaultMxcsr = 0x1f80;
    public const ushort DefaultControl = 0x37f;

    /// <summary>Bytes per vector register in <see cref="Vectors"/>.</summary>
    public const int VectorBytes = 32;

    /// <summary>Bytes per x87 register in <see cref="Stack"/>; ten are used.</summary>
    public const int StackBytes = 16;

    /// <summary>Bytes of one such state on its way to and from the runner.</summary>
    internal const int WireBytes = 12 + (8 * StackBytes) + (16 * VectorBytes);

    public uint Mxcsr { get; set; } = DefaultMxcsr;

    /// <summary>x87 control word.</summary>
    public ushort Fcw { get; set; } = DefaultControl;

    /// <summary>x87 status word, TOP in bits 11..13.</summary>
    public ushort Fsw { get; set; }

    /// <summary>Abridged tag word: bit i is set if physical register i is not empty.</summary>
    public byte Tags { get; set; }

    /// <summary>ST0-7 (not physical order), <see cref="StackBytes"/> each.</summary>
    public byte[] Stack { get; } = new byte[8 * StackBytes];

    /// <summary>YMM0-15, <see cref="VectorBytes"/> each.</summary>
    public byte[] Vectors { get; } = new byte[16 * VectorBytes];

    public int Top => (Fsw >> 11) & 7;

    /// <summary>The ten bytes of ST(<paramref name="index"/>).</summary>
    public Span<byte> St(int index) => Stack.AsSpan(StackBytes * index, 10);

    /// <summary>The 32 bytes of a vector register.</summary>
    public Span<byte> Ymm(int index) => Vectors.AsSpan(VectorBytes * index, VectorBytes);

    /// <summary>The low 16 bytes of a vector register.</summary>
    public Span<byte> Xmm(int index) => Vectors.AsSpan(VectorBytes * index, 16);

    /// <summary>True if ST(<paramref name="index"/>) is empty.</summary>
    public bool IsEmpty(int index) => (Tags >> ((Top + index) & 7) & 1) == 0;

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Mxcsr);
        writer.Write(Fcw);
        writer.Write(Fsw);
        writer.Write((uint)Tags);
        writer.Write(Stack);
        writer.Write(Vectors);
    }

    internal void Read(BinaryReader reader)
    {
        Mxcsr = reader.ReadUInt32();
        Fcw = reader.ReadUInt16();
        Fsw = reader.ReadUInt16();
        Tags = (byte)reader.ReadUInt32();
        reader.BaseStream.ReadExactly(Stack);
        reader.BaseStream.ReadExactly(Vectors);
    }
}
