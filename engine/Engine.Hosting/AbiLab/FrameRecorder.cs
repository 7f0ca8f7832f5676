using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>Watches the frames of one run: counts system calls, sorts their differences from the contract, and looks for what came of the first.</summary>
public sealed class FrameRecorder(ReleaseProfile profile) : IFrameObserver
{
    private readonly Dictionary<(string Word, ulong Expected, ulong Actual), FrameDifference> _differences = [];
    private readonly List<(string, ulong, ulong)> _order = [];

    /// <summary>Forwarded system calls so far.</summary>
    public long SystemCalls { get; private set; }

    /// <summary>The distinct differences, by first occurrence.</summary>
    public IReadOnlyList<FrameDifference> Differences => [.. _order.Select(key => _differences[key])];

    /// <summary>Where user mode first showed the flags of a wrong word; null if it did not.</summary>
    public FrameAftermath? Aftermath { get; private set; }

    /// <inheritdoc/>
    public void OnFrame(FrameReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!report.Interrupted.InKernel) LookForAftermath(report);
        if (report.Kind != FrameKind.Syscall) return;

        SystemCalls++;
        IReadOnlyList<ComparedWord> words = FrameContract.Compare(report, profile);
        foreach (ComparedWord word in words.Where(word => word.Differs))
        {
            (string, ulong, ulong) key = (word.Name, word.Expected, word.Actual);
            if (_differences.TryGetValue(key, out FrameDifference? known))
            {
                _differences[key] = known with { Count = known.Count + 1 };
                continue;
            }

            _order.Add(key);
            _differences.Add(key, new FrameDifference(word.Name, word.Expected, word.Actual, FlagsOf(word), 1, Snapshot(report, words)));
        }
    }

    private static IReadOnlyList<FlagBit> FlagsOf(ComparedWord word) => word.IsFlags ? FlagBit.Differing(word.Expected, word.Actual) : [];

    private static string Name(FrameReport report) => report.Kind switch
    {
        FrameKind.Syscall => "a system call",
        FrameKind.Exception => $"{ExceptionVector.Name(report.Vector)} (vector {report.Vector})",
        FrameKind.SoftwareInterrupt => $"int 0x{report.Vector:x}",
        FrameKind.Event => "an event",
        _ => report.Kind.ToString(),
    };

    private FrameSnapshot Snapshot(FrameReport report, IReadOnlyList<ComparedWord> words) => new()
    {
        Number = SystemCalls,
        UserRip = report.Interrupted.Rip,
        UserRflags = report.Interrupted.Rflags,
        StackPointer = report.StackPointer,
        Handler = report.Handler,
        Words = words,
    };

    // A wrong word is a guest's loss only if it uses it: then flags appear in user mode that came from nowhere else.
    private void LookForAftermath(FrameReport report)
    {
        if (Aftermath is not null || _order.Count == 0) return;
        if (_order.Select(key => _differences[key]).FirstOrDefault(difference => difference.Flags.Count > 0 && difference.Word != FrameContract.LiveRflags)
            is not { } first) return;
        FlagBit[] appeared = [.. first.Flags.Where(flag =>
            flag.IsSetIn(first.Actual) && !flag.IsSetIn(first.Expected) && flag.IsSetIn(report.Interrupted.Rflags) && flag.IsSticky)];
        if (appeared.Length == 0) return;
        Aftermath = new FrameAftermath(Name(report), report.Interrupted.Rip, report.Interrupted.Rflags, appeared);
    }
}
