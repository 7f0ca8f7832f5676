namespace Rebound.Jit.Emit;

/// <summary>Reads the machine code that RyuJIT made of a region, for people to look at.</summary>
public static unsafe class HostCodeReader
{
    /// <summary>Length in bytes of one instruction and where it goes, as the caller's disassembler sees it.</summary>
    /// <param name="Length">Bytes; 0 if it is not an instruction.</param>
    /// <param name="Target">Target of a direct branch, or 0.</param>
    /// <param name="Ends">True if execution does not continue behind it: RET, JMP, INT3.</param>
    public readonly record struct HostInstruction(int Length, ulong Target, bool Ends);

    /// <summary>
    /// The code's first byte: a function pointer of this runtime may lead to a stub that jumps through a cell.
    /// </summary>
    public static ulong EntryOf(RegionCode code)
    {
        byte* at = (byte*)code.Pointer;
        for (int i = 0; i < 2; i++)
        {
            // MOV R10, [RIP + disp32] loads the method's descriptor for the runtime's own use.
            byte* jump = at[0] == 0x4c && at[1] == 0x8b && at[2] == 0x15 ? at + 7 : at;
            // JMP [RIP + disp32]
            if (jump[0] != 0xff || jump[1] != 0x25)
                break;
            at = *(byte**)(jump + 6 + *(int*)(jump + 2));
        }

        return (ulong)at;
    }

    /// <summary>
    /// Finds the end of the code by decoding: it is where no path continues and no branch seen so far leads further.
    /// </summary>
    /// <param name="code">A compiled region; keep it referenced while the bytes are read.</param>
    /// <param name="decode">Decodes up to 15 bytes at a host address.</param>
    /// <param name="limit">Bytes at most.</param>
    public static byte[] Read(RegionCode code, Func<nint, HostInstruction> decode, int limit = 1 << 18)
    {
        ulong start = EntryOf(code);
        ulong at = start;
        ulong furthest = start;
        while (at - start < (ulong)limit)
        {
            HostInstruction instruction = decode((nint)at);
            if (instruction.Length == 0)
                break;
            at += (ulong)instruction.Length;
            if (instruction.Target > furthest && instruction.Target < start + (ulong)limit)
                furthest = instruction.Target;
            if (instruction.Ends && at > furthest)
                break;
        }

        byte[] bytes = new ReadOnlySpan<byte>((void*)start, (int)(at - start)).ToArray();
        GC.KeepAlive(code);
        return bytes;
    }
}
