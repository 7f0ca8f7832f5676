using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Releases;
using Rebound.Engine.Xen.Trampoline;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Xen;

/// <summary>Frames, return values and register effects against what real Xen 4.17.7 showed, and the differences between releases.</summary>
[TestFixture]
internal sealed unsafe class FrameTests
{
    private const ulong Handler = TestGuest.KernelBase + 0x3000;
    private const ulong Absent = 0x0dea_d000;
    private const ulong UserRsp = 0x404ff0;
    private const ulong Pattern = 0x0101_0101_0101_0101;

    private static IEnumerable<FrameCase> Recorded() => FrameCases.All;

    [TestCaseSource(nameof(Recorded))]
    public void Frame_IsTheRecordedOne(FrameCase recorded)
    {
        using var guest = new TestGuest();
        Prepare(guest, recorded);
        ulong[] expected = recorded.Frame;
        ulong start;
        if (recorded.IretRflags is ulong rflags)
        {
            start = TestGuest.StackTop + (ulong)recorded.StackOffset;
            guest.Call(HypercallNumber.StackSwitch, 0xe02b, start);
            Iret(guest, recorded, rflags);
            GuestExits.PrepareEntry(guest.Vcpu);
            if (recorded.User is var (rcx, r11, user))
                Assert.That((Gpr(guest, Register.Rcx), Gpr(guest, Register.R11), guest.Vcpu.State->Flags), Is.EqualTo((rcx, r11, user)), "user");
        }
        else
        {
            start = TestGuest.StackTop - 0x100 + (ulong)recorded.StackOffset;
            SetPattern(guest);
            guest.Vcpu.State->Gpr[Register.Rsp] = start;
            guest.Vcpu.Info.UpcallMasked = true;
            expected = [.. expected[..^2], start, expected[^1]];
        }

        Pull(guest, recorded);
        GuestExits.PrepareEntry(guest.Vcpu);
        Assert.That(guest.Domain.CrashReason, Is.Null);
        ulong stackPointer = (start & ~15UL) - ((ulong)expected.Length * 8);
        Assert.Multiple(() =>
        {
            Assert.That(Hex(guest.ReadStack(expected.Length)), Is.EqualTo(Hex(expected)), "frame");
            Assert.That(Gpr(guest, Register.Rsp), Is.EqualTo(stackPointer), "rsp");
            Assert.That(Gpr(guest, Register.Rcx), Is.EqualTo(guest.Vcpu.State->Rip), "live rcx");
            Assert.That(Gpr(guest, Register.R11), Is.EqualTo(recorded.Live.R11), "live r11");
            Assert.That(guest.Vcpu.State->Flags, Is.EqualTo(recorded.Live.Rflags), "live rflags");
            Assert.That(guest.Vcpu.Info.UpcallMaskByte, Is.EqualTo(recorded.Mask), "mask");
            Assert.That(guest.Vcpu.InKernel);
        });
    }

    [TestCase("xen-3.0.4", 0x602ul, 0x602ul)]
    [TestCase("xen-3.1.0", 0x602ul, 0x602ul)]
    [TestCase("xen-3.1.1", 0xffff828c80148230ul, 0x202ul)]
    [TestCase("xen-3.1.2", 0x602ul, 0x202ul)]
    public void SyscallFrame_ByRelease(string release, ulong r11Word, ulong handlerFlags)
    {
        using var guest = new TestGuest(release);
        guest.Vcpu.SyscallCallback = new Callback(Handler, false);
        guest.SetUserState([], 0x4000c4, 0x602);
        var observer = new Recorder();
        guest.Domain.FrameObserver = observer;
        GuestExits.Handle(guest.Vcpu, ExitReason.Syscall);
        GuestExits.PrepareEntry(guest.Vcpu);
        ulong[] words = guest.ReadStack(7);
        Assert.Multiple(() =>
        {
            Assert.That(words[0], Is.EqualTo(0x4000c4));
            Assert.That(words[1], Is.EqualTo(r11Word));
            Assert.That(words[4], Is.EqualTo(0x602), "the RFLAGS word is right in every release");
            Assert.That(guest.Vcpu.State->Flags, Is.EqualTo(handlerFlags));
            Assert.That(observer.Reports, Has.Count.EqualTo(1));
            Assert.That(observer.Reports[0].Interrupted.R11, Is.EqualTo(0x602), "what hardware left");
            Assert.That(observer.Reports[0].Words[1], Is.EqualTo(new FrameWord("R11", r11Word)));
            Assert.That(observer.Reports[0].LiveRflags, Is.EqualTo(handlerFlags));
        });
    }

    [Test]
    public void AnEventRightBehindASyscall_RepeatsTheSavedRegisters()
    {
        using var guest = new TestGuest("xen-3.1.1");
        guest.Vcpu.SyscallCallback = new Callback(Handler, false);
        guest.Vcpu.EventCallback = new Callback(Handler + 0x100, true);
        guest.SetUserState([], 0x4000c4, 0x202);
        guest.Vcpu.Info.UpcallPending = true;
        GuestExits.Handle(guest.Vcpu, ExitReason.Syscall);
        GuestExits.PrepareEntry(guest.Vcpu);
        ulong[] words = guest.ReadStack(7);
        Assert.Multiple(() =>
        {
            Assert.That(words[0], Is.EqualTo(0x4000c4));
            Assert.That(words[1], Is.EqualTo(0xffff828c80148230));
            Assert.That(words[2], Is.EqualTo(Handler));
            Assert.That(words[3], Is.EqualTo(0xe030));
        });
    }

    [Test]
    public void AFaultingIret_ReachesTheFailsafeCallback_InOldReleases()
    {
        using var guest = new TestGuest("xen-3.1.2");
        guest.Vcpu.FailsafeCallback = new Callback(Handler, false);
        var recorded = new FrameCase("", Trigger.NothingAfterReturn) { IretCs = 0x1233, Frame = [], Live = default };
        Iret(guest, recorded, 0x202);
        GuestExits.PrepareEntry(guest.Vcpu);
        ulong[] words = guest.ReadStack(11);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Handler));
        Assert.That(words[6..], Is.EqualTo((ulong[])[0x400000, 0x1233, 0x202, UserRsp, 0xe02b]));
    }

    [TestCase("xen-3.1.2", true)]
    [TestCase("xen-4.17", false)]
    public void SyscallWithoutCallback_CrashesOrIsInvalid(string release, bool crashes)
    {
        using var guest = new TestGuest(release);
        guest.Vcpu.TrapTable[6] = new TrapGate(Handler, 0, 0xe033);
        guest.SetUserState([], 0x4000c4, 0x202);
        GuestExits.Handle(guest.Vcpu, ExitReason.Syscall);
        Assert.That(guest.Domain.IsDown, Is.EqualTo(crashes));
    }

    [TestCase(0xffff_8000_0000_0000ul, true)]
    [TestCase(0xffff_8000_0000_1000ul, false)]
    [TestCase(0xffff_8800_0000_0000ul, false)]
    public void AStackInXensRange_CrashesTheDomain(ulong stack, bool byItsAbsence)
    {
        using var guest = new TestGuest();
        guest.Vcpu.SyscallCallback = new Callback(Handler, false);
        guest.Vcpu.KernelSp = stack;
        guest.SetUserState([], 0x4000c4, 0x202);
        GuestExits.Handle(guest.Vcpu, ExitReason.Syscall);
        Assert.That(guest.Domain.CrashReason, Does.Contain(byItsAbsence ? "cannot be written" : "Xen's address range"));
    }

    [Test]
    public void NoHandler_CrashesTheDomain_WithTheReason()
    {
        using var guest = new TestGuest();
        guest.Vcpu.State->Rip = 0x1234;
        guest.Raise(14, 2, 0x5000);
        Assert.That(guest.Domain.CrashReason, Does.Contain("#PF").And.Contain("0x1234").And.Contain("no handler"));
        Assert.That(guest.Domain.CrashedVcpu, Is.EqualTo(guest.Vcpu));
    }

    [Test]
    public void AHandlerThatCannotBeReached_CrashesTheDomain_InsteadOfFaultingForEver()
    {
        using var guest = new TestGuest();
        guest.Vcpu.TrapTable[13] = new TrapGate(1UL << 63, 0, 0xe033);
        guest.Raise(13, 8);
        GuestExits.PrepareEntry(guest.Vcpu);
        Assert.That(guest.Domain.CrashReason, Does.Contain("every return to the guest faults"));
    }

    [Test]
    public void Iret_WithoutAUserRoot_Crashes()
    {
        using var guest = new TestGuest();
        guest.Domain.PageTypes.LoadUserRoot(guest.Vcpu, MachineFrame.Invalid);
        Iret(guest, new FrameCase("", Trigger.NothingAfterReturn) { Frame = [], Live = default }, 0x202);
        Assert.That(guest.Domain.CrashReason, Does.Contain("user page table"));
    }

    [Test]
    public void Iret_WithAnUnreadableFrame_Crashes()
    {
        using var guest = new TestGuest();
        guest.Vcpu.State->Gpr[Register.Rsp] = Absent;
        guest.Call(HypercallNumber.Iret);
        Assert.That(guest.Domain.CrashReason, Does.Contain("cannot be read"));
    }

    [Test]
    public void Iret_ToTheKernel_KeepsTheMode_AndGsBasesFollowTheMode()
    {
        using var guest = new TestGuest();
        guest.Call(HypercallNumber.SetSegmentBase, 1, 0x1111);
        guest.Call(HypercallNumber.SetSegmentBase, 2, 0x2222);
        var toKernel = new FrameCase("", Trigger.NothingAfterReturn) { IretCs = 0xe030, IretRip = Handler, Frame = [], Live = default };
        Iret(guest, toKernel, 0x202);
        GuestExits.PrepareEntry(guest.Vcpu);
        Assert.That((guest.Vcpu.InKernel, guest.Vcpu.State->GsBase), Is.EqualTo((true, 0x2222ul)));
        Iret(guest, toKernel with { IretCs = 0xe033, IretRip = 0x400000 }, 0x202);
        GuestExits.PrepareEntry(guest.Vcpu);
        Assert.That((guest.Vcpu.InKernel, guest.Vcpu.State->GsBase), Is.EqualTo((false, 0x1111ul)));
        Assert.That(guest.Context.ViewIndex, Is.EqualTo(Vcpu.UserView));
    }

    [Test]
    public void Profiles_AreDistinct_AndFoundByName()
    {
        Assert.Multiple(() =>
        {
            Assert.That(ReleaseCatalog.All.Select(static p => p.Name).Distinct().Count(), Is.EqualTo(ReleaseCatalog.All.Count));
            Assert.That(ReleaseCatalog.Find("xen-3.1.1")!.SavedR11, Is.EqualTo(SavedR11.SyscallEnterAddress));
            Assert.That(ReleaseCatalog.Find("xen-2.0"), Is.Null);
            Assert.That(ReleaseCatalog.Find(ReleaseCatalog.DefaultName), Is.Not.Null);
        });
    }

    private static ulong Gpr(TestGuest guest, int register) => guest.Vcpu.State->Gpr[register];

    private static string[] Hex(IEnumerable<ulong> words) => [.. words.Select(static word => $"{word:x}")];

    private static void Prepare(TestGuest guest, FrameCase recorded)
    {
        byte masks = recorded.Masks ? TrapInfoLayout.MaskEvents : (byte)0;
        foreach (int vector in (int[])[0, 1, 3, 6, 7, 13, 14])
            guest.Vcpu.TrapTable[vector] = new TrapGate(Handler + ((ulong)vector * 16), masks, 0xe033);
        guest.Vcpu.TrapTable[0x20] = new TrapGate(Handler + 0x200, 3, 0xe033);
        guest.Vcpu.TrapTable[0x21] = new TrapGate(Handler + 0x210, 0, 0xe033);
        guest.Vcpu.TrapTable[0x80] = new TrapGate(Handler + 0x800, (byte)(3 | masks), 0xe033);
        guest.Vcpu.EventCallback = new Callback(Handler + 0x900, true);
        if (!recorded.NoSyscallCallback)
            guest.Vcpu.SyscallCallback = new Callback(Handler + 0xa00, recorded.Masks);
        if (recorded.VirtualIopl)
            Assert.That(guest.Call(HypercallNumber.VmAssist, 0, (ulong)VmAssistType.ArchitecturalIopl), Is.Zero);
    }

    private static void SetPattern(TestGuest guest)
    {
        ReadOnlySpan<byte> bytes = [0xa0, 0xc0, 0xd0, 0xb0, 0, 0xb9, 0x51, 0xd1, 0x08, 0x09, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15];
        for (int i = 0; i < bytes.Length; i++)
            guest.Vcpu.State->Gpr[i] = Pattern * bytes[i];
    }

    private static void Iret(TestGuest guest, FrameCase recorded, ulong rflags)
    {
        const ulong frame = TestGuest.KernelBase + 0x5000;
        guest.Write(
            frame,
            Pattern * 0xa0, Pattern * 0x11, Pattern * 0xc0, recorded.IretFlags, recorded.IretRip, recorded.IretCs, rflags, UserRsp, recorded.IretSs);
        guest.Vcpu.State->Gpr[Register.Rsp] = frame;
        guest.Vcpu.Info.UpcallPending = recorded.Trigger == Trigger.EventAtReturn;
        guest.Call(HypercallNumber.Iret);
        Assert.That(guest.Domain.IsDown || Gpr(guest, Register.Rax) == Pattern * 0xa0);
    }

    /// <summary>Reports the exit that the processor would make.</summary>
    private static void Pull(TestGuest guest, FrameCase recorded)
    {
        CpuState* state = guest.Vcpu.State;
        if (recorded.Trigger is Trigger.EventAtReturn or Trigger.NothingAfterReturn)
            return;
        state->Rip = recorded.ExitRip;
        switch (recorded.Trigger)
        {
            case Trigger.Syscall:
                GuestExits.Handle(guest.Vcpu, ExitReason.Syscall);
                return;
            case Trigger.InvalidOpcode:
                guest.Raise(6);
                return;
            case Trigger.GeneralProtection:
                guest.Raise(13, 0);
                return;
            case Trigger.DivideError:
                guest.Raise(0);
                return;
            case Trigger.DeviceNotAvailable:
                guest.Vcpu.TaskSwitched = true;
                guest.Raise(7);
                Assert.That(guest.Vcpu.TaskSwitched, Is.False, "TS is cleared with the #NM");
                return;
            case Trigger.ReadAbsent:
                guest.Raise(14, 4, Absent);
                break;
            case Trigger.WriteAbsent:
                guest.Raise(14, 6, Absent);
                break;
            case Trigger.WriteReadOnly:
                guest.Raise(14, 7, Absent);
                break;
            case Trigger.FetchAbsent:
                guest.Raise(14, 0x14, Absent);
                break;
            default:
                state->ExitVector = recorded.Trigger switch
                {
                    Trigger.Int3 => 3,
                    Trigger.Int20 => 0x20,
                    Trigger.Int21 => 0x21,
                    Trigger.Int22 => 0x22,
                    _ => 0x80,
                };
                GuestExits.Handle(guest.Vcpu, ExitReason.SoftwareInterrupt);
                return;
        }

        Assert.That(guest.Vcpu.Info.Cr2, Is.EqualTo(Absent));
    }

    private sealed class Recorder : IFrameObserver
    {
        public List<FrameReport> Reports { get; } = [];

        public void OnFrame(FrameReport report) => Reports.Add(report);
    }
}
