using Rebound.Jit.Cpu;

namespace Rebound.Jit.Judge;

/// <summary>Bytes written over the pristine memory before a case.</summary>
public readonly record struct MemoryPatch(ulong Address, byte[] Bytes);

/// <summary>What a case starts from.</summary>
public sealed class StartState
{
    public const ulong DefaultFlags = 0x202;

    public ulong[] Gpr { get; } = new ulong[16];

    public ulong Rflags { get; set; } = DefaultFlags;

    public FloatingState Floating { get; } = new();

    public List<MemoryPatch> Patches { get; } = [];
}

/// <summary>Bytes of memory that a case changed, in lines of 64.</summary>
public readonly record struct ChangedLine(ulong Address, byte[] Bytes);

/// <summary>What a case ends in. Every case ends with an exception: #BP of the int3 behind its code, if nothing went wrong.</summary>
public sealed class EndState
{
    /// <summary>Reported by the native side when an endless loop was stopped, by ours when the budget ran out.</summary>
    public const int EndlessLoop = 255;

    /// <summary>Our side left with something that is no exception; <see cref="Remark"/> tells.</summary>
    public const int NoException = 254;

    public int Trap { get; set; }

    public uint ErrorCode { get; set; }

    /// <summary>Meaningful for #PF.</summary>
    public ulong FaultAddress { get; set; }

    public ulong Rip { get; set; }

    public ulong[] Gpr { get; } = new ulong[16];

    public ulong Rflags { get; set; }

    public FloatingState Floating { get; } = new();

    public List<ChangedLine> Changes { get; } = [];

    /// <summary>Instructions retired; our side only.</summary>
    public long Retired { get; set; }

    public string Remark { get; set; } = "";
}

/// <summary>One piece of code and the states it is run from.</summary>
public sealed class OracleGroup
{
    public required string Name { get; init; }

    public required byte[] Code { get; init; }

    /// <summary>Where in the code region it lies.</summary>
    public int Offset { get; init; }

    public List<StartState> Cases { get; } = [];

    /// <summary>Flags that the architecture leaves undefined at the end.</summary>
    public ulong UndefinedFlags { get; init; }

    /// <summary>The same where the case ends in a fault of its code.</summary>
    public ulong UndefinedFlagsAtFault { get; init; }

    /// <summary>For code of several instructions: flags undefined when execution ends at an address; it goes before the two above.</summary>
    public IReadOnlyDictionary<ulong, ulong>? UndefinedFlagsByRip { get; init; }

    /// <summary>For code of several instructions: where two operands may fault, and which does so first is open.</summary>
    public IReadOnlySet<ulong> FaultOrderOpenAt { get; init; } = new HashSet<ulong>();

    /// <summary>Flags not to be compared in an end state.</summary>
    public ulong UndefinedIn(EndState end)
    {
        bool fault = end.Trap != ExceptionVector.Breakpoint;
        if (UndefinedFlagsByRip != null)
            return UndefinedFlagsByRip.GetValueOrDefault(fault ? end.Rip : end.Rip - 1);
        return UndefinedFlags | (fault ? UndefinedFlagsAtFault : 0);
    }

    /// <summary>Units in the last place by which x87 results may differ; then PE and C1, which tell how a result was rounded, do not count either.</summary>
    public int ApproximateResults { get; init; }

    /// <summary>The address of a #PF is not compared.</summary>
    public bool IsFaultAddressOpen { get; init; }
}
