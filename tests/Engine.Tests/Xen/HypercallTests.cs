using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Exits;
using Rebound.Engine.Xen.Hypercalls;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Xen;

/// <summary>The table of hypercalls, and the results of those that are not about page types.</summary>
[TestFixture]
internal sealed unsafe class HypercallTests
{
    private const ulong Scratch = TestGuest.KernelBase + 0x1000;
    private const ulong Absent = 0x0dea_d000;
    private const ulong NonCanonical = 1UL << 63;

    [Test]
    public void Table_NamesEveryCallOnce_AndExplainsWhatIsMissing()
    {
        List<IHypercall> all = [.. HypercallTable.Default.All];
        Assert.Multiple(() =>
        {
            Assert.That(all.Select(static c => c.Number), Is.Ordered.And.Unique);
            Assert.That(all.Select(static c => c.Name), Is.Unique);
            Assert.That(all.Where(static c => c.Grade != HypercallGrade.Supported && c.Note.Length == 0), Is.Empty);
            Assert.That(all.Where(static c => c.Grade == HypercallGrade.Supported && c.Note.Length != 0), Is.Empty);
            foreach (int number in (int[])[0, 1, 2, 3, 4, 5, 8, 9, 10, 12, 13, 14, 15, 17, 18, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 32, 33])
                Assert.That(HypercallTable.Default.Find((ulong)number), Is.Not.Null, $"hypercall {number}");
        });
    }

    [TestCase(62ul)]
    [TestCase(64ul)]
    [TestCase(0x1_0000_0011ul)]
    [TestCase(ulong.MaxValue)]
    public void AnAbsentCall_ReturnsEnosys_AndIsLoggedOnceWithNumberAndRip(ulong number)
    {
        using var guest = new TestGuest();
        guest.Vcpu.State->Rip = 0x1234;
        Assert.That(guest.Call(number), Is.EqualTo(-Errno.ENOSYS));
        Assert.That(guest.Call(number), Is.EqualTo(-Errno.ENOSYS));
        Assert.That(guest.Lines, Has.Count.EqualTo(1));
        Assert.That(guest.Lines[0], Does.Contain(number.ToString(System.Globalization.CultureInfo.InvariantCulture)).And.Contain("0x1234"));
    }

    [Test]
    public void Numbers_WrapWhereTheReleaseSaysSo()
    {
        ReleaseProfile wrapping = ReleaseCatalog.Find("xen-3.0.4")! with { HypercallNumberWraps = true };
        using var guest = new TestGuest(wrapping);
        Assert.That(guest.Call(64 + HypercallNumber.XenVersion, 0), Is.EqualTo(0x30000));
    }

    [TestCase("xen-3.0.4", 0x30000)]
    [TestCase("xen-3.1.1", 0x30001)]
    [TestCase("xen-4.17", 0x40011)]
    public void XenVersion_IsTheReleases(string release, long expected)
    {
        using var guest = new TestGuest(release);
        Assert.That(guest.Call(HypercallNumber.XenVersion, 0), Is.EqualTo(expected));
        Assert.That(guest.Call(HypercallNumber.XenVersion, 1, Absent), Is.EqualTo(-Errno.EFAULT));
    }

    [Test]
    public void StrictInterfaces_HideWhatCameLater_WithoutChangingBehaviour()
    {
        ReleaseProfile profile = ReleaseCatalog.Find("xen-3.0.4")!;
        using var strict = new TestGuest(profile, InterfaceSet.StrictFor(profile));
        using var open = new TestGuest(profile);
        const ulong features = Scratch + 8;
        strict.Write(features, 0);
        open.Write(features, 0);
        Assert.That(strict.Call(HypercallNumber.XenVersion, 6, features), Is.Zero);
        Assert.That(open.Call(HypercallNumber.XenVersion, 6, features), Is.Zero);
        Assert.That(strict.Read(features) >> 32, Is.Zero);
        Assert.That((open.Read(features) >> 32) & (1u << XenFeature.MmuPtUpdatePreserveAd), Is.Not.Zero);
        Assert.That(strict.Call(HypercallNumber.VmAssist, 0, (ulong)VmAssistType.M2pStrict), Is.EqualTo(-Errno.EINVAL));
        Assert.That(open.Call(HypercallNumber.VmAssist, 0, (ulong)VmAssistType.M2pStrict), Is.Zero);
        Assert.That(open.Call(HypercallNumber.VmAssist, 0, (ulong)VmAssistType.ArchitecturalIopl), Is.EqualTo(-Errno.EINVAL), "behaviour");
    }

    [Test]
    public void AHypercall_ReturnsByRegisterEffectOfSysret()
    {
        using var guest = new TestGuest("xen-3.1.1");
        guest.Vcpu.State->Rip = Scratch;
        guest.Vcpu.SavedFlags = 0x646 | Rflags.AC;
        guest.Call(HypercallNumber.XenVersion, 0);
        GuestExits.PrepareEntry(guest.Vcpu);
        Assert.Multiple(() =>
        {
            Assert.That(guest.Vcpu.State->Gpr[Register.Rcx], Is.EqualTo(Scratch));
            Assert.That(guest.Vcpu.State->Gpr[Register.R11], Is.EqualTo(0x646 | Rflags.AC), "the leaked address is gone by then");
            Assert.That(guest.Vcpu.State->Flags, Is.EqualTo(0x646 | Rflags.AC));
        });
    }

    [Test]
    public void SetTrapTable_TakesEntriesUpToTheEnd_ClearsAll_AndRefusesBadAddresses()
    {
        using var guest = new TestGuest();
        guest.Write(Scratch, 0xe033_0000 | (7 << 8) | 14, 0x5000, 0xe033_0000 | 6, NonCanonical, 0, 0);
        Assert.That(guest.Call(HypercallNumber.SetTrapTable, Scratch), Is.EqualTo(-Errno.EINVAL));
        Assert.That(guest.Vcpu.TrapTable[14], Is.EqualTo(new TrapGate(0x5000, 7, 0xe033)), "entries before the bad one stay");
        Assert.That(guest.Call(HypercallNumber.SetTrapTable, Absent), Is.EqualTo(-Errno.EFAULT));
        Assert.That(guest.Call(HypercallNumber.SetTrapTable, 0), Is.Zero);
        Assert.That(guest.Vcpu.TrapTable[14].Address, Is.Zero);
    }

    [TestCase("xen-4.17", NonCanonical, -Errno.EINVAL)]
    [TestCase("xen-3.1.2", NonCanonical, 0L)]
    public void CallbackOp_CanonicalAddresses(string release, ulong address, long expected)
    {
        using var guest = new TestGuest(release);
        guest.Write(Scratch, (ulong)CallbackType.Syscall | (1 << 16), address);
        Assert.That(guest.Call(HypercallNumber.CallbackOp, CallbackOp.Register, Scratch), Is.EqualTo(expected));
    }

    [Test]
    public void CallbackOp_KnowsItsTypes_AndSetCallbacksForgetsTheMasks()
    {
        using var guest = new TestGuest();
        using var old = new TestGuest("xen-3.1.2");
        guest.Write(Scratch, (ulong)CallbackType.Syscall | (1 << 16), 0x7000);
        Assert.That(guest.Call(HypercallNumber.CallbackOp, CallbackOp.Register, Scratch), Is.Zero);
        Assert.That(guest.Vcpu.SyscallCallback, Is.EqualTo(new Callback(0x7000, true)));
        Assert.That(guest.Call(HypercallNumber.CallbackOp, CallbackOp.Unregister, Scratch), Is.EqualTo(-Errno.EINVAL));
        Assert.That(guest.Call(HypercallNumber.SetCallbacks, 0x8000, 0x8100, 0x8200), Is.Zero);
        Assert.That(guest.Vcpu.SyscallCallback, Is.EqualTo(new Callback(0x8200, false)));
        foreach (TestGuest each in (TestGuest[])[guest, old])
            each.Write(Scratch, (ulong)CallbackType.Syscall32, 0x7000);
        Assert.That(guest.Call(HypercallNumber.CallbackOp, CallbackOp.Register, Scratch), Is.Zero);
        Assert.That(old.Call(HypercallNumber.CallbackOp, CallbackOp.Register, Scratch), Is.EqualTo(-Errno.ENOSYS));
    }

    [Test]
    public void Multicall_StoresEachResult_AndEndsWithIret()
    {
        using var guest = new TestGuest();
        const ulong frame = Scratch + 0x800;
        Span<ulong> entry = stackalloc ulong[8];
        Put(guest, 0, entry, HypercallNumber.XenVersion, 0);
        Put(guest, 1, entry, 62, 0);
        Put(guest, 2, entry, HypercallNumber.Multicall, Scratch);
        Put(guest, 3, entry, HypercallNumber.Iret, 0);
        Put(guest, 4, entry, HypercallNumber.XenVersion, 0);
        guest.Write(frame, 0x77, 0x11, 0x22, 0, 0x400000, 0xe033, 0x202, 0x404ff0, 0xe02b);
        guest.Vcpu.State->Gpr[Register.Rsp] = frame;
        Assert.That(guest.Call(HypercallNumber.Multicall, Scratch, 5), Is.EqualTo(0x77));
        Assert.Multiple(() =>
        {
            Assert.That(guest.Read(Scratch + 8), Is.EqualTo(0x40011));
            Assert.That((long)guest.Read(Scratch + 64 + 8), Is.EqualTo(-Errno.ENOSYS));
            Assert.That((long)guest.Read(Scratch + 128 + 8), Is.EqualTo(-Errno.EINVAL), "a multicall in a multicall");
            Assert.That(guest.Read(Scratch + 256 + 8), Is.Zero, "not executed");
            Assert.That((guest.Vcpu.InKernel, guest.Vcpu.State->Rip), Is.EqualTo((false, 0x400000ul)));
        });
    }

    [Test]
    public void ALongMulticall_IsContinuedByRepeatingTheSyscall()
    {
        using var guest = new TestGuest();

        // Zeroed pages: every entry is set_trap_table(NULL).
        const ulong list = TestGuest.KernelBase + 0x18000;
        const ulong count = 1500;
        guest.Vcpu.State->Rip = Scratch;
        Assert.That(guest.Call(HypercallNumber.Multicall, list, count), Is.EqualTo(HypercallNumber.Multicall));
        Assert.Multiple(() =>
        {
            Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Scratch - 2));
            Assert.That((guest.Vcpu.State->Gpr[Register.Rdi] - list) / 64, Is.EqualTo(count - guest.Vcpu.State->Gpr[Register.Rsi]));
        });
        guest.Vcpu.State->Rip = Scratch;
        GuestExits.Handle(guest.Vcpu, ExitReason.Syscall);
        Assert.That(guest.Vcpu.State->Gpr[Register.Rax], Is.Zero);
        Assert.That(guest.Vcpu.State->Rip, Is.EqualTo(Scratch));
    }

    [TestCase(0ul, 0x1000ul, 0L)]
    [TestCase(0ul, 0xffff_8300_0000_0000ul, -Errno.EPERM)]
    [TestCase(0ul, 0x8000_0000_0000_0000ul, -Errno.EPERM)]
    [TestCase(6ul, 0x1_0000_0000ul, -Errno.EINVAL)]
    [TestCase(7ul, 0x2000ul, -Errno.EPERM)]
    [TestCase(7ul, 0x2_0001ul, -Errno.EPERM)]
    [TestCase(8ul, 0ul, -Errno.ENODEV)]
    public void SetDebugReg(ulong register, ulong value, long expected)
    {
        using var guest = new TestGuest();
        Assert.That(guest.Call(HypercallNumber.SetDebugReg, register, value), Is.EqualTo(expected));
        if (expected == 0)
            Assert.That((ulong)guest.Call(HypercallNumber.GetDebugReg, register), Is.EqualTo(value));
    }

    [Test]
    public void GuestPointers_IntoXensRange_AreFaults()
    {
        using var guest = new TestGuest();
        Assert.Multiple(() =>
        {
            Assert.That(guest.Call(HypercallNumber.XenVersion, 5, VirtualLayout.MachineToPhysical), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.XenVersion, 5, ulong.MaxValue - 3), Is.EqualTo(-Errno.EFAULT), "wraps");
            Assert.That(guest.Call(HypercallNumber.SetTrapTable, VirtualLayout.MachineToPhysical), Is.EqualTo(-Errno.EFAULT));
        });
    }

    [Test]
    public void ObserversSeeEveryCall()
    {
        using var guest = new TestGuest();
        var seen = new Observer();
        guest.Domain.HypercallObserver = seen;
        guest.Call(HypercallNumber.XenVersion, 0);
        guest.Call(62);
        Assert.That(seen.Lines, Is.EqualTo((string[])["xen_version 262161", "hypercall_62 -38"]));
    }

    private static void Put(TestGuest guest, int index, Span<ulong> entry, ulong number, ulong argument)
    {
        entry.Clear();
        entry[0] = number;
        entry[2] = argument;
        guest.Write(Scratch + ((ulong)index * 64), entry);
    }

    private sealed class Observer : IHypercallObserver
    {
        public List<string> Lines { get; } = [];

        public void OnHypercall(in HypercallContext call, string name, long result, long ticks) => Lines.Add($"{name} {result}");
    }
}
