namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>A word of a frame, or of the state its handler starts in, beside what the contract says.</summary>
/// <param name="Name">Its name: "rcx", "r11", "rip", "cs", "rflags", "rsp", "ss", or "live rflags" for the handler's own flags.</param>
/// <param name="Offset">Bytes from the handler's stack pointer; null if it is not in memory.</param>
/// <param name="Actual">The value the release gave.</param>
/// <param name="Expected">The value the contract says.</param>
/// <param name="IsFlags">Whether guests take the word for RFLAGS, so that single bits matter.</param>
public sealed record ComparedWord(string Name, int? Offset, ulong Actual, ulong Expected, bool IsFlags)
{
    /// <summary>Whether the release broke the contract here.</summary>
    public bool Differs => Actual != Expected;
}
