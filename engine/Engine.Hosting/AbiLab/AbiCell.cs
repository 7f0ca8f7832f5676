namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>One run: a guest on a release.</summary>
public sealed record AbiCell
{
    /// <summary>The guest's name.</summary>
    public required string Guest { get; init; }

    /// <summary>The release's name.</summary>
    public required string Release { get; init; }

    /// <summary>What the run showed.</summary>
    public required AbiVerdict Verdict { get; init; }

    /// <summary>What the guest's manifest expects.</summary>
    public required AbiVerdict Expected { get; init; }

    /// <summary>Each distinct way in which a word of a system call's frame was not what the contract says, by first occurrence.</summary>
    public required IReadOnlyList<FrameDifference> Differences { get; init; }

    /// <summary>System calls of user mode that were forwarded to the guest kernel.</summary>
    public required long SystemCalls { get; init; }

    /// <summary>What became of the first difference in user mode, if it was seen there.</summary>
    public FrameAftermath? Aftermath { get; init; }

    /// <summary>The guest's console, in lines.</summary>
    public required IReadOnlyList<string> Console { get; init; }

    /// <summary>How the run ended, in words.</summary>
    public required string Ending { get; init; }

    /// <summary>Guest instructions that the run took.</summary>
    public required ulong Instructions { get; init; }

    /// <summary>Whether the run showed what the manifest expects.</summary>
    public bool IsAsExpected => Verdict == Expected;
}
