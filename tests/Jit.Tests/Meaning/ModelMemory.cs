namespace Rebound.Jit.Tests.Meaning;

/// <summary>The memory of <see cref="TestMachine"/> restated as bytes behind a mapping, one byte at a time.</summary>
internal sealed class ModelMemory(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;

    /// <summary>Address of the first byte that the access faults on, or null.</summary>
    public static ulong? FaultOf(ulong address, int size, bool write)
    {
        ulong first = address & ~4095UL;
        ulong last = (address + (uint)size - 1) & ~4095UL;
        if (!Allowed(first, write))
            return address;
        return Allowed(last, write) ? null : last;
    }

    public ulong Read(ulong address, int size)
    {
        ulong value = 0;
        for (int i = 0; i < size; i++)
            value |= (ulong)Bytes[Index(address + (uint)i)] << (8 * i);
        return value;
    }

    public void Write(ulong address, ulong value, int size)
    {
        for (int i = 0; i < size; i++)
            Bytes[Index(address + (uint)i)] = (byte)(value >> (8 * i));
    }

    private static bool Allowed(ulong page, bool write) =>
        page >= TestMachine.Base && (write ? page < TestMachine.ReadOnly : page < TestMachine.Absent);

    private static int Index(ulong address)
    {
        int offset = (int)(address - TestMachine.Base);
        int page = offset >> 12;
        if (page == TestMachine.WritablePages)
            return offset & 4095;
        return page > TestMachine.WritablePages ? offset - 4096 : offset;
    }
}
