namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>A way in which frames broke the contract: one word, one expected and one actual value.</summary>
/// <param name="Word">The word's name.</param>
/// <param name="Expected">What the contract says.</param>
/// <param name="Actual">What the guest got.</param>
/// <param name="Flags">For a word that guests take for RFLAGS: the flags that differ, highest first. Otherwise empty.</param>
/// <param name="Count">How many system calls of the run had exactly this difference.</param>
/// <param name="First">The first of them.</param>
public sealed record FrameDifference(
    string Word, ulong Expected, ulong Actual, IReadOnlyList<FlagBit> Flags, long Count, FrameSnapshot First);
