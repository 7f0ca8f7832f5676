namespace Rebound.Jit.Judge;

/// <summary>A range of guest memory that exists on both sides. Protection: 1 read, 2 write, 4 execute.</summary>
public sealed record OracleRegion(ulong Address, int Pages, int Protection)
{
    public int ByteCount => Pages * 4096;

    public bool Writable => (Protection & 2) != 0;

    /// <summary>The bytes before each case. Those of the code region are replaced per group.</summary>
    public byte[] Pristine { get; } = new byte[Pages * 4096];
}

/// <summary>
/// The address space of every case: code; data with a read-only page and then nothing behind it, and nothing before it; a stack.
/// All below 4 GiB, so that address-size prefixes reach it.
/// </summary>
public sealed class OracleLayout
{
    public const ulong Code = 0x1000_0000;
    public const ulong Data = 0x2000_0000;
    public const int DataBytes = 4 * 4096;
    public const ulong ReadOnly = Data + DataBytes;
    public const ulong Hole = ReadOnly + 4096;
    public const ulong Stack = 0x3000_0000;
    public const int StackBytes = 2 * 4096;
    public const ulong GsBase = Data + 0x800;

    public OracleLayout()
    {
        Random random = new(20071015);
        Regions =
        [
            new OracleRegion(Code, 2, 7),
            new OracleRegion(Data, DataBytes / 4096, 3),
            new OracleRegion(ReadOnly, 1, 1),
            new OracleRegion(Stack, StackBytes / 4096, 3),
        ];
        Regions[0].Pristine.AsSpan().Fill(0xcc);
        foreach (OracleRegion region in Regions.Skip(1))
            random.NextBytes(region.Pristine);
    }

    /// <summary>The first is the code's.</summary>
    public OracleRegion[] Regions { get; }
}
