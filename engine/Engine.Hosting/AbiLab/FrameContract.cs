using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Hosting.AbiLab;

/// <summary>
/// What a guest kernel may rely on in the frame of a system call. The words stand for the state at SYSCALL: rcx and r11 are what
/// the instruction leaves in them, the address behind it and RFLAGS. Of the handler's own flags, those that a user must not be
/// able to hand to the kernel are clear, as far as the release ever promised that.
/// </summary>
public static class FrameContract
{
    /// <summary>The name of the handler's flags among the words.</summary>
    public const string LiveRflags = "live rflags";

    private const int MaskShift = 32;

    /// <summary>Compares the frame of a system call from 64-bit user mode with the contract.</summary>
    /// <returns>The words in memory by rising address, then the handler's flags.</returns>
    public static IReadOnlyList<ComparedWord> Compare(FrameReport report, ReleaseProfile profile)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(profile);
        InterruptedState user = report.Interrupted;
        ulong mask = Word(report, "CS") >> MaskShift & 0xff;
        var words = new List<ComparedWord>(report.Words.Count + 1);
        for (int i = 0; i < report.Words.Count; i++)
        {
            (string name, ulong actual) = report.Words[i];
            ulong expected = name switch
            {
                "RCX" or "RIP" => user.Rip,
                "R11" => user.Rflags,
                // The frame shows the guest's own event mask as IF, and IOPL as the guest may have asked to see it.
                "RFLAGS" => (user.Rflags & ~(Rflags.IF | Rflags.Iopl)) | (mask == 0 ? Rflags.IF : 0) | (actual & Rflags.Iopl),
                "CS" => Selectors.Code64 | (mask << MaskShift),
                "SS" => Selectors.Stack,
                "RSP" => user.Rsp,
                _ => actual,
            };
            words.Add(new ComparedWord(name.ToLowerInvariant(), i * sizeof(ulong), actual, expected, name is "R11" or "RFLAGS"));
        }

        words.Add(new ComparedWord(LiveRflags, null, report.LiveRflags, report.LiveRflags & ~PromisedClear(profile), true));
        return words;
    }

    /// <summary>The flags that a release promises to be clear when the handler starts.</summary>
    public static ulong PromisedClear(ReleaseProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ulong flags = Rflags.TF | Rflags.NT | Rflags.RF | Rflags.VM;
        if (profile.HandlerClearsAlignmentCheck) flags |= Rflags.AC;
        // The promise came with the code that clears DF and was never taken back, not even where a release fails to keep it.
        if (profile.SyscallHandlerFlags != SyscallHandlerFlags.Untouched) flags |= Rflags.DF;
        return flags;
    }

    private static ulong Word(FrameReport report, string name) => report.Words.First(word => word.Name == name).Value;
}
