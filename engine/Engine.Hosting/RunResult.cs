namespace Rebound.Engine.Hosting;

/// <summary>The end of a run.</summary>
public sealed record RunResult
{
    public required RunOutcome Outcome { get; init; }

    /// <summary>One sentence about why the run ended.</summary>
    public required string Reason { get; init; }

    public required RunCounters Counters { get; init; }

    /// <summary>The processor as it was in the end.</summary>
    public required RegisterSnapshot Registers { get; init; }

    /// <summary>For an error inside the engine: where it happened. Null otherwise.</summary>
    public string? InternalError { get; init; }

    /// <summary>True if the guest ended as it wanted to.</summary>
    public bool IsClean => Outcome is RunOutcome.PowerOff or RunOutcome.Reboot or RunOutcome.Suspend;
}
