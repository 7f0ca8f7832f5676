namespace Rebound.Engine.Hosting;

/// <summary>A wish from outside that the run end.</summary>
internal sealed record StopRequest(RunOutcome Outcome, string Reason);
