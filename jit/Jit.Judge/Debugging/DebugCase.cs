using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>Code that is run with breakpoints set, on zeroed memory and from an initial x87 and vector state.</summary>
/// <param name="Name">For people.</param>
/// <param name="Code">Put at <see cref="OracleLayout.Code"/>, INT3 behind it.</param>
public sealed record DebugCase(string Name, byte[] Code)
{
    public ulong Rflags { get; init; } = StartState.DefaultFlags;

    /// <summary>DR0 to DR3, and DR7's fields for them.</summary>
    public List<Breakpoint> Breakpoints { get; } = [];

    public ulong[] Gpr { get; init; } = InitialRegisters();

    public ulong Dr7 => Breakpoints.Select((b, i) => (1UL << (2 * i)) | ((ulong)b.Kind << (16 + (4 * i))) | (b.LengthField << (18 + (4 * i)))).Aggregate(0UL, (a, b) => a | b);

    /// <summary>All zero but RSP, which is in the middle of the stack.</summary>
    private static ulong[] InitialRegisters()
    {
        ulong[] registers = new ulong[16];
        registers[4] = OracleLayout.Stack + (OracleLayout.StackBytes / 2);
        return registers;
    }
}

/// <summary>One of DR0 to DR3.</summary>
/// <param name="Length">Bytes: 1, 2, 4 or 8.</param>
public readonly record struct Breakpoint(ulong Address, BreakpointKind Kind = BreakpointKind.Execute, int Length = 1)
{
    public ulong LengthField => Length switch
    {
        1 => 0,
        2 => 1,
        8 => 2,
        _ => 3,
    };
}

/// <summary>The state when a traced program stopped.</summary>
/// <param name="Signal">What Linux sends for it: SIGTRAP for #DB and #BP.</param>
/// <param name="IsDebug">A #DB, from which the program goes on; else it is over.</param>
/// <param name="Rflags">As the exception's handler leaves them: RF is set to go on from an instruction breakpoint.</param>
/// <param name="Dr6">Conditions of this #DB alone.</param>
/// <param name="Gpr">The general registers as numbered in ModRM.</param>
public sealed record DebugStop(int Signal, bool IsDebug, ulong Rip, ulong Rflags, ulong Dr6, ulong[] Gpr);

/// <summary>All stops of a case, and what its data and stack hold at the end, as a hash.</summary>
public sealed record DebugTrace(IReadOnlyList<DebugStop> Stops, ulong Memory);
