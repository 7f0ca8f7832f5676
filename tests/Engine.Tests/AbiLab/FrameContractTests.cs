using NUnit.Framework;
using Rebound.Engine.Hosting.AbiLab;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.AbiLab;

/// <summary>The rule that frames are compared with, on frames that no release has made.</summary>
public sealed class FrameContractTests
{
    private const ulong UserRip = 0x4000c4, UserRsp = 0x500ff8, UserFlags = Rflags.Fixed | Rflags.IF | Rflags.ZF;

    [Test]
    public void A_right_frame_differs_nowhere() => Assert.That(Differing(Frame()), Is.Empty);

    [TestCase("RCX", "rcx")]
    [TestCase("R11", "r11")]
    [TestCase("RIP", "rip")]
    [TestCase("RSP", "rsp")]
    [TestCase("RFLAGS", "rflags")]
    [TestCase("SS", "ss")]
    public void A_wrong_word_is_named_with_both_values(string word, string name)
    {
        FrameReport report = Frame();
        ulong right = report.Words.Single(entry => entry.Name == word).Value;
        ComparedWord found = Differing(With(report, word, right ^ Rflags.AC)).Single();
        Assert.Multiple(() =>
        {
            Assert.That(found.Name, Is.EqualTo(name));
            Assert.That(found.Expected, Is.EqualTo(right));
            Assert.That(found.Actual, Is.EqualTo(right ^ Rflags.AC));
        });
    }

    [Test]
    public void The_flags_word_shows_the_event_mask_as_IF()
    {
        FrameReport masked = With(With(Frame(), "CS", 0x1_0000_e033), "RFLAGS", UserFlags & ~Rflags.IF);
        FrameReport wrong = With(Frame(), "CS", 0x1_0000_e033);
        Assert.Multiple(() =>
        {
            Assert.That(Differing(masked), Is.Empty);
            Assert.That(Differing(wrong).Select(word => word.Name), Is.EqualTo(new[] { "rflags" }));
        });
    }

    [TestCase("xen-3.0.4", false)]
    [TestCase("xen-3.1.0", false)]
    [TestCase("xen-3.1.1", true)]
    [TestCase("xen-3.1.2", true)]
    [TestCase("xen-4.17", true)]
    public void A_direction_flag_in_the_handler_counts_where_its_clearing_was_promised(string release, bool counts)
    {
        FrameReport report = Frame() with { LiveRflags = UserFlags | Rflags.DF };
        IReadOnlyList<ComparedWord> words = FrameContract.Compare(report, ReleaseCatalog.Find(release)!);
        Assert.That(words.Single(word => word.Name == FrameContract.LiveRflags).Differs, Is.EqualTo(counts));
    }

    [Test]
    public void A_recorder_counts_equal_differences_and_looks_for_their_flags_in_user_mode()
    {
        const ulong stranger = 0xffff828c80148230;
        var recorder = new FrameRecorder(ReleaseCatalog.Find("xen-3.1.1")!);
        FrameReport broken = With(Frame(), "R11", stranger);
        recorder.OnFrame(broken);
        recorder.OnFrame(broken);
        Assert.That(recorder.Aftermath, Is.Null);
        recorder.OnFrame(Frame() with { Kind = FrameKind.Exception, Vector = 17, Interrupted = User(UserFlags | Rflags.AC) });
        Assert.Multiple(() =>
        {
            Assert.That(recorder.SystemCalls, Is.EqualTo(2));
            Assert.That(recorder.Differences, Has.Count.EqualTo(1));
            Assert.That(recorder.Differences[0].Count, Is.EqualTo(2));
            Assert.That(recorder.Differences[0].First.Number, Is.EqualTo(1));
            Assert.That(recorder.Differences[0].Flags.Select(flag => flag.Name), Does.Contain("AC"));
            Assert.That(recorder.Aftermath?.Entry, Is.EqualTo("#AC (vector 17)"));
            Assert.That(recorder.Aftermath?.Flags.Select(flag => flag.Name), Is.EqualTo(new[] { "AC" }));
        });
    }

    private static IEnumerable<ComparedWord> Differing(FrameReport report) =>
        FrameContract.Compare(report, ReleaseCatalog.Find("xen-3.1.2")!).Where(word => word.Differs);

    private static InterruptedState User(ulong flags) => new(UserRip, flags, UserRsp, UserRip, flags, 0xe033, InKernel: false);

    // The rule reads nothing of the virtual processor.
    private static FrameReport Frame() => new(
        null!,
        FrameKind.Syscall,
        0,
        "none",
        User(UserFlags),
        [new("RCX", UserRip), new("R11", UserFlags), new("RIP", UserRip), new("CS", 0xe033), new("RFLAGS", UserFlags), new("RSP", UserRsp), new("SS", 0xe02b)],
        StackPointer: 0xffffffff80140fc8,
        Handler: 0xffffffff80101000,
        LiveRcx: 0xffffffff80101000,
        LiveR11: UserFlags,
        LiveRflags: UserFlags);

    private static FrameReport With(FrameReport report, string word, ulong value) =>
        report with { Words = [.. report.Words.Select(entry => entry.Name == word ? entry with { Value = value } : entry)] };
}
