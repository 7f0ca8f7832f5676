using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Tests.Xen;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Hostile;

/// <summary>What a guest kernel tries that wants more than it has, and the errors that Xen gives it.</summary>
[TestFixture]
public class HostileGuestTests
{
    private const ulong Argument = TestGuest.KernelBase + 0x50000;
    private const ulong Present = 0x21, Writable = 0x23;

    private static readonly MachineFrame XensFrame = new(1);

    private static ulong[] WildPointers =>
        [VirtualLayout.HypervisorStart, 0xffff_8300_0000_0000, 0x8000_0000_0000_0000, ulong.MaxValue - 3, 0x10, VirtualLayout.HypervisorEnd - 1];

    [Test]
    public void Frames_of_the_hypervisor_cannot_be_mapped()
    {
        using var guest = new TestGuest();
        Assert.That(guest.Domain.Machine[XensFrame].Use, Is.EqualTo(FrameUse.Xen));
        ulong entry = XensFrame.Address.Value;
        ulong root = guest.Mfn(TestGuest.KernelTables[0]).Address.Value;
        Assert.Multiple(() =>
        {
            Assert.That(Map(guest, entry | Present), Is.EqualTo(-Errno.EBUSY), "for reading");
            Assert.That(Map(guest, entry | Writable), Is.EqualTo(-Errno.EBUSY), "for writing");
            Assert.That(Map(guest, (guest.Domain.Machine.FrameCount << 12) | Writable), Is.EqualTo(-Errno.EPERM), "beyond all memory");
            Assert.That(Update(guest, root + 8, entry | 0x67), Is.EqualTo(-Errno.EINVAL), "as a page table");
            Assert.That(Update(guest, entry, 0x1234), Is.EqualTo(-Errno.EINVAL), "written by mmu_update");
            Assert.That(Extended(guest, MmuextCommand.PinL4, XensFrame), Is.EqualTo(-Errno.EINVAL), "pinned");
            Assert.That(Extended(guest, MmuextCommand.NewBasePointer, XensFrame), Is.EqualTo(-Errno.EINVAL), "as a root");
            Assert.That(Extended(guest, MmuextCommand.ClearPage, XensFrame), Is.EqualTo(-Errno.EINVAL), "cleared");
        });
    }

    [Test]
    public void Slots_of_the_hypervisor_stay_as_they_are()
    {
        using var guest = new TestGuest();
        ulong root = guest.Mfn(TestGuest.KernelTables[0]).Address.Value;
        for (ulong slot = 256; slot < 272; slot++)
        {
            ulong before = guest.Domain.Memory.Read64(new MachineAddress(root + (slot * 8)));
            Assert.That(Update(guest, root + (slot * 8), 0), Is.EqualTo(-Errno.EINVAL));
            Assert.That(guest.Domain.Memory.Read64(new MachineAddress(root + (slot * 8))), Is.EqualTo(before));
        }
    }

    [Test]
    public void Page_tables_cannot_be_mapped_writable_nor_large_pages_be_made()
    {
        using var guest = new TestGuest();
        Assert.Multiple(() =>
        {
            foreach (PseudoPhysicalFrame table in TestGuest.KernelTables)
                Assert.That(Map(guest, guest.Mfn(table).Address.Value | Writable), Is.EqualTo(-Errno.EBUSY));
            ulong upper = guest.Mfn(TestGuest.KernelTables[2]).Address.Value;
            Assert.That(Update(guest, upper + 8, 0xe7), Is.EqualTo(-Errno.EINVAL), "2 MiB from machine address 0");
            Assert.That(Update(guest, upper + 8, guest.Mfn(TestGuest.KernelTables[3]).Address.Value | 0x1e7), Is.EqualTo(-Errno.EINVAL), "global");
            Assert.That(PageAudit.Find(guest), Is.Null);
        });
    }

    [Test]
    public void A_page_mapped_writable_does_not_become_a_table()
    {
        using var guest = new TestGuest();
        guest.Write(TestGuest.AddressOf(TestGuest.Spare), XensFrame.Address.Value | Writable);
        Assert.That(Extended(guest, MmuextCommand.PinL1, guest.Mfn(TestGuest.Spare)), Is.EqualTo(-Errno.EINVAL));
        Map(guest, guest.Mfn(TestGuest.Spare).Address.Value | Present);
        Assert.That(Extended(guest, MmuextCommand.PinL1, guest.Mfn(TestGuest.Spare)), Is.LessThan(0), "its entry leads to the hypervisor");
    }

    [Test]
    public void Event_ports_come_to_an_end()
    {
        using var guest = new TestGuest();
        long result;
        int bound = 0;
        do
        {
            guest.Write(Argument, 0);
            result = guest.Call(HypercallNumber.EventChannelOp, (ulong)EventChannelCommand.BindIpi, Argument);
            bound++;
        }
        while (result == 0);
        Assert.That((result, bound), Is.EqualTo((-Errno.ENOSPC, (int)EventChannelLimits.DefaultMaximumPort + 1)));
        guest.Write(Argument, 5);
        Assert.That(guest.Call(HypercallNumber.EventChannelOp, (ulong)EventChannelCommand.Close, Argument), Is.Zero);
        guest.Write(Argument, 0);
        Assert.That(guest.Call(HypercallNumber.EventChannelOp, (ulong)EventChannelCommand.BindIpi, Argument), Is.Zero);
        Assert.That(guest.Read(Argument) >> 32, Is.EqualTo(5));
    }

    [Test]
    public void Grant_frames_come_to_an_end()
    {
        using var guest = new TestGuest();
        Assert.That(SetUpGrants(guest, 32), Is.Zero);
        Assert.That(SetUpGrants(guest, 33), Is.EqualTo((short)GrantStatus.GeneralError));
        Assert.That(SetUpGrants(guest, uint.MaxValue), Is.EqualTo((short)GrantStatus.GeneralError));
    }

    [Test]
    public void Memory_comes_to_an_end_and_what_is_still_used_counts()
    {
        using var guest = new TestGuest();
        guest.Domain.MaximumPages = guest.Domain.Pages + 3;
        Assert.That(Reservation(guest, MemoryCommand.IncreaseReservation, 10, 0), Is.EqualTo(3));
        Assert.That(Reservation(guest, MemoryCommand.IncreaseReservation, 1, 0), Is.Zero);
        guest.Write(Argument + 0x800, guest.Mfn(TestGuest.Spare).Number);
        Assert.That(Reservation(guest, MemoryCommand.DecreaseReservation, 1, Argument + 0x800), Is.EqualTo(1), "still mapped");
        Assert.That(Reservation(guest, MemoryCommand.IncreaseReservation, 1, 0), Is.Zero, "so nothing is free yet");
        Map(guest, 0);
        Assert.That(Reservation(guest, MemoryCommand.IncreaseReservation, 1, 0), Is.EqualTo(1));
    }

    [TestCaseSource(nameof(WildPointers))]
    public void Wild_pointers_are_faults(ulong pointer)
    {
        using var guest = new TestGuest();
        Assert.Multiple(() =>
        {
            Assert.That(guest.Call(HypercallNumber.SetTrapTable, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.MmuUpdate, pointer, 1, 0, DomainId.Self), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.MmuextOp, pointer, 1, 0, DomainId.Self), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.SetGdt, pointer, 16), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.Multicall, pointer, 1), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.CallbackOp, 0, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.GrantTableOp, 0, pointer, 1), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.EventChannelOp, 4, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.SchedOp, 3, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.VcpuOp, 5, 0, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.XenVersion, 3, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.PhysdevOp, 6, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.MemoryOp, 3, pointer), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.MemoryOp, 0, pointer), Is.Zero, "extents done");
            Assert.That(guest.Domain.IsDown, Is.False);
        });
    }

    [Test]
    public void Two_watchdogs_are_all_and_one_that_runs_out_ends_the_domain()
    {
        using var guest = new TestGuest();
        Assert.Multiple(() =>
        {
            Assert.That(Watchdog(guest, 3, 1), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Watchdog(guest, 1, 1), Is.EqualTo(-Errno.EINVAL), "not running");
            Assert.That(Watchdog(guest, 0, 10), Is.EqualTo(1));
            Assert.That(Watchdog(guest, 0, 20), Is.EqualTo(2));
            Assert.That(Watchdog(guest, 0, 30), Is.EqualTo(0xffff_ffe4), "-ENOSPC in 32 bits");
            Assert.That(Watchdog(guest, 1, 0), Is.Zero);
        });
        guest.Domain.Clock.SkipTo(19_000_000_000);
        guest.Vcpu.FireTimers();
        Assert.That(guest.Domain.IsDown, Is.False);
        guest.Domain.Clock.SkipTo(20_000_000_000);
        guest.Vcpu.FireTimers();
        Assert.That(guest.Domain.ShutdownReason, Is.EqualTo(ShutdownReason.Watchdog));
    }

    [Test]
    public void What_the_control_domains_tools_call_is_refused_in_xens_order()
    {
        using var guest = new TestGuest();
        const ulong anyCommand = 1;
        guest.Write(Argument, anyCommand | (0x15ul << 32), 1);
        Assert.Multiple(() =>
        {
            Assert.That(guest.Call(HypercallNumber.Sysctl, Argument), Is.EqualTo(-Errno.EPERM));
            Assert.That(guest.Call(HypercallNumber.Domctl, Argument), Is.EqualTo(-Errno.EPERM), "the domain itself");
            Assert.That(guest.Call(HypercallNumber.PlatformOp, Argument), Is.EqualTo(-Errno.EACCES), "another interface");
            Assert.That(guest.Call(HypercallNumber.Sysctl, 0x10), Is.EqualTo(-Errno.EFAULT));
            Assert.That(guest.Call(HypercallNumber.KexecOp, 0), Is.EqualTo(-Errno.EPERM));
            Assert.That(guest.Call(HypercallNumber.XenPmuOp, 0), Is.EqualTo(-Errno.EOPNOTSUPP));
            Assert.That(guest.Call(HypercallNumber.XsmOp, 0), Is.EqualTo(-Errno.ENOSYS));
            Assert.That(guest.Call(HypercallNumber.HvmOp, 7, Argument), Is.EqualTo(-Errno.ENOSYS));
        });
        guest.Write(Argument, anyCommand | (0x15ul << 32), 9);
        Assert.That(guest.Call(HypercallNumber.Domctl, Argument), Is.EqualTo(-Errno.ESRCH), "a domain that there is not");
    }

    [Test]
    public void The_hypervisors_command_line_and_build_are_not_shown()
    {
        using var guest = new TestGuest();
        Assert.That(guest.Call(HypercallNumber.XenVersion, (ulong)XenVersionCommand.CommandLine, Argument), Is.Zero);
        Assert.That(guest.Read(Argument), Is.EqualTo(BitConverter.ToUInt64("<denied>"u8)));
        Assert.That(guest.Call(HypercallNumber.XenVersion, (ulong)XenVersionCommand.BuildId, 0), Is.EqualTo(-Errno.EPERM));
    }

    private static long Watchdog(TestGuest guest, ulong id, ulong seconds)
    {
        guest.Write(Argument, id | (seconds << 32));
        return guest.Call(HypercallNumber.SchedOp, (ulong)SchedCommand.Watchdog, Argument);
    }

    private static long Reservation(TestGuest guest, MemoryCommand command, ulong count, ulong list)
    {
        guest.Write(Argument, list, count, 0, DomainId.Self);
        return guest.Call(HypercallNumber.MemoryOp, (ulong)command, Argument);
    }

    private static short SetUpGrants(TestGuest guest, uint frames)
    {
        guest.Write(Argument, DomainId.Self | ((ulong)frames << 32), 0x63, Argument + 0x100);
        Assert.That(guest.Call(HypercallNumber.GrantTableOp, (ulong)GrantTableCommand.SetupTable, Argument, 1), Is.Zero);
        return (short)guest.Read(Argument + 8);
    }

    private static long Map(TestGuest guest, ulong entry) =>
        guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), entry, 0);

    private static long Update(TestGuest guest, ulong slot, ulong value)
    {
        guest.Write(Argument, slot, value);
        return guest.Call(HypercallNumber.MmuUpdate, Argument, 1, 0, DomainId.Self);
    }

    private static long Extended(TestGuest guest, MmuextCommand command, MachineFrame frame)
    {
        guest.Write(Argument, (ulong)command, frame.Number, 0);
        return guest.Call(HypercallNumber.MmuextOp, Argument, 1, 0, DomainId.Self);
    }
}
