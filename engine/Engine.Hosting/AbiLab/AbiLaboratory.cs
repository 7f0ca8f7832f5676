using System.Runtime.ExceptionServices;
using System.Text;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>Runs guests on releases and records what each was handed at its system calls. Nothing is known beforehand: every cell is a run.</summary>
public sealed record AbiLaboratory
{
    /// <summary>The executor of guest code.</summary>
    public Tier Tier { get; init; } = Tier.Auto;

    /// <summary>Instructions after which a guest counts as hanging; our guests need less than a hundredth.</summary>
    public ulong InstructionLimit { get; init; } = 500_000_000;

    /// <summary>Host time after which a guest counts as hanging.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Runs every guest on every release, as many at a time as there are processors: machines share nothing.</summary>
    /// <param name="guests">Rows of the matrix.</param>
    /// <param name="releases">Columns of the matrix.</param>
    /// <param name="ended">Called after each run, on the thread of the run.</param>
    /// <returns>The cells, row by row.</returns>
    /// <exception cref="Xen.Builder.GuestImageException">A kernel cannot be started.</exception>
    public IReadOnlyList<AbiCell> Run(IReadOnlyList<AbiGuest> guests, IReadOnlyList<ReleaseProfile> releases, Action<AbiCell>? ended = null)
    {
        ArgumentNullException.ThrowIfNull(guests);
        ArgumentNullException.ThrowIfNull(releases);
        var cells = new AbiCell[guests.Count * releases.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, cells.Length, options, index =>
            {
                cells[index] = Run(guests[index / releases.Count], releases[index % releases.Count]);
                ended?.Invoke(cells[index]);
            });
        }
        catch (AggregateException error) when (error.Flatten().InnerExceptions is [var first, ..])
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return cells;
    }

    /// <summary>Runs one guest on one release.</summary>
    /// <exception cref="Xen.Builder.GuestImageException">The kernel cannot be started.</exception>
    public AbiCell Run(AbiGuest guest, ReleaseProfile release)
    {
        ArgumentNullException.ThrowIfNull(guest);
        ArgumentNullException.ThrowIfNull(release);
        var recorder = new FrameRecorder(release);
        using var console = new MemoryStream();
        using var machine = new VirtualMachine(new VirtualMachineOptions
        {
            Kernel = guest.Kernel,
            CommandLine = guest.CommandLine,
            MemoryBytes = (ulong)guest.MemoryMebibytes << 20,
            Release = release,
            Execution = new ExecutionOptions { Tier = Tier },
            MaxInstructions = InstructionLimit,
            Timeout = Timeout,
            ConsoleOutput = console,
            FrameObserver = recorder,
        });
        RunResult result = machine.Run();
        string[] lines = Lines(console.ToArray());
        bool works = result.Outcome == RunOutcome.PowerOff && guest.SaysThatItWorks(lines);
        return new AbiCell
        {
            Guest = guest.Name,
            Release = release.Name,
            Verdict = works ? AbiVerdict.Works : AbiVerdict.Breaks,
            Expected = guest.ExpectedOn(release.Name),
            Differences = recorder.Differences,
            SystemCalls = recorder.SystemCalls,
            Aftermath = recorder.Aftermath,
            Console = lines,
            Ending = result.Reason,
            Instructions = result.Counters.Instructions,
        };
    }

    private static string[] Lines(byte[] console)
    {
        string text = Encoding.Latin1.GetString(console).ReplaceLineEndings("\n").TrimEnd('\n');
        return text.Length == 0 ? [] : text.Split('\n');
    }
}
