using Rebound.GuestImages.Building;

namespace Rebound.GuestImages.Probe;

/// <summary>A way into the probe kernel.</summary>
/// <param name="Name">What it is called on the console.</param>
/// <param name="HasErrorCode">Whether its frame has an error code.</param>
/// <param name="Descriptor">Address of its record (name, names of the frame's words, 1 if it has an error code).</param>
/// <param name="Entry">Its handler.</param>
internal sealed record ProbeEntry(string Name, bool HasErrorCode, ulong Descriptor, Routine Entry);
