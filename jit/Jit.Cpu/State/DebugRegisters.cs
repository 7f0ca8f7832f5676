namespace Rebound.Jit.Cpu;

/// <summary>Bits of DR6 and DR7 (Intel SDM vol. 3, 18.2), and which breakpoints an address meets.</summary>
public static unsafe class DebugRegisters
{
    /// <summary>Breakpoints there are: DR0 to DR3.</summary>
    public const int BreakpointCount = 4;

    /// <summary>DR6 and DR7 after reset.</summary>
    public const ulong Dr6Reset = 0xffff_0ff0;
    public const ulong Dr7Reset = 0x400;

    /// <summary>DR6.BS: a single step.</summary>
    public const ulong SingleStep = 1 << 14;

    /// <summary>DR6.BD: an access to a debug register while DR7.GD was set.</summary>
    public const ulong AccessDetected = 1 << 13;

    /// <summary>DR6's bits for the four breakpoints.</summary>
    public const ulong Breakpoints = 15;

    /// <summary>DR7.GD.</summary>
    public const ulong GeneralDetect = 1 << 13;

    /// <summary>DR7's enable bits, local and global.</summary>
    public const ulong Enables = 0xff;

    /// <summary>Bits of DR6 and DR7 that read as one and as zero.</summary>
    public const ulong Dr6Zeros = 0x1000;
    public const ulong Dr7Zeros = 0xd800;

    /// <summary>True if breakpoint <paramref name="index"/> is enabled, locally or globally.</summary>
    public static bool IsEnabled(ulong dr7, int index) => ((dr7 >> (2 * index)) & 3) != 0;

    /// <summary>What breakpoint <paramref name="index"/> waits for (R/W).</summary>
    public static BreakpointKind KindOf(ulong dr7, int index) => (BreakpointKind)((dr7 >> (16 + (4 * index))) & 3);

    /// <summary>Bytes that breakpoint <paramref name="index"/> covers (LEN): 1, 2, 4 or 8, from its address with the low bits dropped.</summary>
    public static ulong LengthOf(ulong dr7, int index) => ((dr7 >> (18 + (4 * index))) & 3) switch
    {
        0 => 1,
        1 => 2,
        2 => 8,
        _ => 4,
    };

    /// <summary>True if an enabled breakpoint waits for data accesses.</summary>
    public static bool WatchesData(ulong dr7)
    {
        for (int i = 0; i < BreakpointCount; i++)
        {
            if (IsEnabled(dr7, i) && KindOf(dr7, i) is BreakpointKind.Write or BreakpointKind.ReadWrite)
                return true;
        }

        return false;
    }

    /// <summary>DR6's bits of the enabled breakpoints on the instruction at <paramref name="rip"/>.</summary>
    public static ulong AtInstruction(CpuState* state, ulong rip)
    {
        ulong dr7 = state->Debug[7];
        ulong met = 0;
        for (int i = 0; i < BreakpointCount; i++)
        {
            if (IsEnabled(dr7, i) && KindOf(dr7, i) == BreakpointKind.Execute && state->Debug[i] == rip)
                met |= 1UL << i;
        }

        return met;
    }

    /// <summary>DR6's bits of the enabled breakpoints that an access to <paramref name="size"/> bytes meets.</summary>
    public static ulong AtData(CpuState* state, ulong address, uint size, bool write)
    {
        ulong dr7 = state->Debug[7];
        ulong met = 0;
        for (int i = 0; i < BreakpointCount; i++)
        {
            if (!IsEnabled(dr7, i) || !(KindOf(dr7, i) == BreakpointKind.ReadWrite || (write && KindOf(dr7, i) == BreakpointKind.Write)))
                continue;
            ulong length = LengthOf(dr7, i);
            ulong start = state->Debug[i] & ~(length - 1);
            if (address - start < length || start - address < size)
                met |= 1UL << i;
        }

        return met;
    }

    /// <summary>
    /// Enters the conditions of a #DB into DR6. Those of the breakpoints are replaced; the others stay until software clears them (Intel SDM vol. 3, 18.2.3).
    /// </summary>
    public static void Report(CpuState* state, ulong conditions) => state->Debug[6] = (state->Debug[6] & ~Breakpoints) | conditions;
}

/// <summary>R/W of a breakpoint in DR7.</summary>
public enum BreakpointKind
{
    Execute = 0,
    Write = 1,

    /// <summary>Port accesses, with CR4.DE.</summary>
    Port = 2,

    /// <summary>Reads and writes of data, not instruction fetches.</summary>
    ReadWrite = 3,
}
