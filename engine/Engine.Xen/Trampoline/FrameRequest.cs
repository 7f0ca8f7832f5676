namespace Rebound.Engine.Xen.Trampoline;

/// <summary>What a frame is to be built for.</summary>
/// <param name="Handler">Address entered; 0 crashes the domain, as an unset handler does.</param>
/// <param name="MasksEvents">The upcall mask is set on entry.</param>
/// <param name="ErrorCode">Pushed if not null.</param>
public readonly record struct FrameRequest(FrameKind Kind, int Vector, ulong Handler, bool MasksEvents, uint? ErrorCode = null)
{
    /// <summary>rcx and r11 as the hardware left them, where the trampoline saved something else. For observers only.</summary>
    public (ulong Rcx, ulong R11)? Hardware { get; init; }
}
