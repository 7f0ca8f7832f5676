using Rebound.Engine.Disks;
using Rebound.Engine.Loading.Symbols;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting;

/// <summary>Everything that decides a run. Two machines with the same options and the same input do the same.</summary>
public sealed record VirtualMachineOptions
{
    /// <summary>The kernel's ELF file.</summary>
    public required ReadOnlyMemory<byte> Kernel { get; init; }

    /// <summary>The ramdisk; empty for none.</summary>
    public ReadOnlyMemory<byte> Ramdisk { get; init; }

    /// <summary>The disks, xvda first.</summary>
    public IReadOnlyList<DiskOptions> Disks { get; init; } = [];

    /// <summary>ASCII, at most 1023 characters.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>The domain's memory in bytes; a multiple of 4096.</summary>
    public ulong MemoryBytes { get; init; } = 256UL << 20;

    /// <summary>The Xen release to be.</summary>
    public ReleaseProfile Release { get; init; } = ReleaseCatalog.Find(ReleaseCatalog.DefaultName)!;

    /// <summary>The processor. A guest gets what of it this engine implements and the release passes on.</summary>
    public CpuModel Cpu { get; init; } = CpuModelCatalog.Find(CpuModelCatalog.DefaultName)!;

    /// <summary>Where the numbers of RDRAND and RDSEED start, on models that have them.</summary>
    public ulong RandomSeed { get; init; }

    /// <summary>True: only the interfaces that the release itself had. False: all there are.</summary>
    public bool StrictInterfaces { get; init; }

    /// <summary>Tier and thresholds of the CPU.</summary>
    public ExecutionOptions Execution { get; init; } = new();

    /// <summary>Host time after which the run ends with <see cref="RunOutcome.Timeout"/>.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Retired instructions after which the run ends with <see cref="RunOutcome.InstructionLimit"/>.</summary>
    public ulong? MaxInstructions { get; init; }

    /// <summary>Receives what the guest prints. Flushed, but not closed.</summary>
    public Stream ConsoleOutput { get; init; } = Stream.Null;

    /// <summary>
    /// What is typed to the guest; null for nothing. A stream that can seek is read as the guest takes it, so that runs repeat
    /// exactly; any other is read by a thread of its own.
    /// </summary>
    public Stream? ConsoleInput { get; init; }

    /// <summary>How long the start waits for the first input of a stream that cannot seek. For pipes: input that is there is there from the start.</summary>
    public TimeSpan ConsoleInputHeadStart { get; init; }

    /// <summary>True: while the guest idles, its time passes no faster than the host's. For people at a terminal.</summary>
    public bool PaceIdle { get; init; }

    /// <summary>The hypervisor's log, one line at a time.</summary>
    public Action<string>? Log { get; init; }

    public TraceCategories Trace { get; init; }

    /// <summary>Names for the addresses in the trace.</summary>
    public SymbolTable Symbols { get; init; } = SymbolTable.Empty;

    /// <summary>True to find out where the time goes: <see cref="RunCounters.Profile"/>.</summary>
    public bool Profile { get; init; }

    /// <summary>Receives the trace, one line for each event. Called on the machine's thread.</summary>
    public Action<string>? TraceSink { get; init; }

    /// <summary>Told of every frame built for the guest kernel.</summary>
    public IFrameObserver? FrameObserver { get; init; }

    /// <summary>Whose time the guest's time is.</summary>
    public GuestTime Time { get; init; }

    /// <summary>The guest's wall clock at the start. Null: with <see cref="GuestTime.Virtual"/> a fixed day, for runs that repeat; with <see cref="GuestTime.Wall"/> the host's.</summary>
    public DateTimeOffset? WallClock { get; init; }
}
