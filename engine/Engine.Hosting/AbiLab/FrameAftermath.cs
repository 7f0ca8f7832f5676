namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>
/// The proof that a guest used a wrong word: the first entry from user mode after the first difference at which the user's
/// RFLAGS have flags that the wrong word has and the right one has not.
/// </summary>
/// <param name="Entry">How user mode was left: "a system call", "#AC (vector 17)".</param>
/// <param name="UserRip">Where in user mode.</param>
/// <param name="UserRflags">The user's RFLAGS there.</param>
/// <param name="Flags">Those flags, highest first.</param>
public sealed record FrameAftermath(string Entry, ulong UserRip, ulong UserRflags, IReadOnlyList<FlagBit> Flags);
