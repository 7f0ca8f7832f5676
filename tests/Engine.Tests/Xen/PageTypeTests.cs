using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Xen;

/// <summary>References and types of frames, and what a hostile guest must not get.</summary>
[TestFixture]
internal sealed class PageTypeTests
{
    private const ulong Scratch = TestGuest.KernelBase + 0x1000;
    private const ulong Present = PageTableEntry.Present;
    private const ulong Writable = PageTableEntry.Present | PageTableEntry.Writable;
    private const ulong Self = DomainId.Self;

    [Test]
    public void Boot_TypesTables_AndCountsEveryMapping()
    {
        using var guest = new TestGuest();
        Assert.Multiple(() =>
        {
            // Pinned and loaded.
            Assert.That(guest.Page(TestGuest.KernelTables[0]).Type, Is.EqualTo(PageType.L4));
            Assert.That(guest.Page(TestGuest.KernelTables[0]).TypeReferences, Is.EqualTo(2));
            Assert.That(guest.Page(TestGuest.KernelTables[3]).Type, Is.EqualTo(PageType.L1));

            // Allocation, the L2 entry, and the read-only kernel mapping.
            Assert.That(guest.Page(TestGuest.KernelTables[3]).References, Is.EqualTo(3));
            Assert.That(guest.Page(TestGuest.Spare).Type, Is.EqualTo(PageType.Writable));
            Assert.That(guest.Page(TestGuest.Spare).TypeReferences, Is.EqualTo(1));
        });
    }

    [Test]
    public void Validation_OpensKernelPagesToRing3_AndMarksThem()
    {
        using var guest = new TestGuest();
        ulong entry = guest.Domain.Memory.Read64(guest.KernelL1Slot(TestGuest.Spare));
        ulong user = guest.Domain.Memory.Read64(guest.Mfn(TestGuest.UserTables[3]).Address + (((TestGuest.UserBase >> 12) & 511) * 8));
        Assert.Multiple(() =>
        {
            Assert.That(entry & PageTableEntry.User, Is.Not.Zero);
            Assert.That(entry & GuestPageBits.GuestKernel, Is.Not.Zero);
            Assert.That(user & PageTableEntry.Global, Is.Not.Zero);
            Assert.That(user & GuestPageBits.GuestKernel, Is.Zero);
        });
    }

    [Test]
    public void MachineToPhysical_IsReadableInTheKernelRoot_NeverWritable_AndNotInTheUserRoot()
    {
        using var guest = new TestGuest();
        var address = new VirtualAddress(VirtualLayout.MachineToPhysical + (guest.Mfn(TestGuest.Spare).Number * 8));
        Translation read = PageWalker.Walk(guest.Domain.Memory, guest.Vcpu.KernelRoot, address, AccessKind.Read, user: true);
        Translation write = PageWalker.Walk(guest.Domain.Memory, guest.Vcpu.KernelRoot, address, AccessKind.Write, user: true);
        Translation fromUser = PageWalker.Walk(guest.Domain.Memory, guest.Vcpu.UserRoot, address, AccessKind.Read, user: true);
        Assert.Multiple(() =>
        {
            Assert.That(read.Success);
            Assert.That(guest.Domain.Memory.Read64(read.Frame.Address + (address.Value & 0xff8)), Is.EqualTo(TestGuest.Spare.Number));
            Assert.That(write.Success, Is.False);
            Assert.That(fromUser.Success, Is.False);
        });
    }

    [Test]
    public void DirectMap_IsAProtectionViolation_NotAnAbsentPage()
    {
        using var guest = new TestGuest();
        Translation walk = PageWalker.Walk(
            guest.Domain.Memory, guest.Vcpu.UserRoot, new VirtualAddress(0xffff_8300_0000_0000), AccessKind.Read, user: true);
        Assert.That(walk.ErrorCode, Is.EqualTo(PageFaultCode.Present | PageFaultCode.User));
    }

    [Test]
    public void MappingAPageTableWritable_IsRefused()
    {
        using var guest = new TestGuest();
        ulong table = guest.Mfn(TestGuest.KernelTables[3]).Address.Value;
        Assert.Multiple(() =>
        {
            Assert.That(guest.Call(HypercallNumber.UpdateVaMapping, Scratch, table | Writable, 0), Is.EqualTo(-Errno.EBUSY));
            Assert.That(guest.Call(HypercallNumber.UpdateVaMapping, Scratch, table | Present, 0), Is.Zero);
        });
    }

    [Test]
    public void AddingRwToAMappedPageTable_IsNotASimilarEntry()
    {
        using var guest = new TestGuest();
        ulong address = TestGuest.AddressOf(TestGuest.KernelTables[3]);
        ulong table = guest.Mfn(TestGuest.KernelTables[3]).Address.Value;
        Assert.That(guest.Call(HypercallNumber.UpdateVaMapping, address, table | Writable, 0), Is.EqualTo(-Errno.EBUSY));
        Assert.That(guest.Domain.Memory.Read64(guest.KernelL1Slot(TestGuest.KernelTables[3])) & PageTableEntry.Writable, Is.Zero);
    }

    [Test]
    public void PinningAPageThatIsMappedWritable_IsRefused_AndWorksOnceItIsReadOnly()
    {
        using var guest = new TestGuest();
        Assert.That(Pin(guest, MmuextCommand.PinL1, TestGuest.Spare), Is.EqualTo(-Errno.EINVAL));
        ulong spare = guest.Mfn(TestGuest.Spare).Address.Value;
        Assert.That(guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), spare | Present, 0), Is.Zero);
        Assert.That(Pin(guest, MmuextCommand.PinL1, TestGuest.Spare), Is.Zero);
        Assert.That(Pin(guest, MmuextCommand.PinL1, TestGuest.Spare), Is.EqualTo(-Errno.EINVAL), "twice");
        Assert.That(guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), spare | Writable, 0), Is.EqualTo(-Errno.EBUSY));
        Assert.That(Pin(guest, MmuextCommand.Unpin, TestGuest.Spare), Is.Zero);
        Assert.That(guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), spare | Writable, 0), Is.Zero);
        Assert.That(Pin(guest, MmuextCommand.Unpin, TestGuest.Spare), Is.EqualTo(-Errno.EINVAL), "not pinned");
    }

    [Test]
    public void ATableThatMapsItselfWritable_IsRefused_AndLeavesNoReferences()
    {
        using var guest = new TestGuest();
        uint before = guest.Page(new PseudoPhysicalFrame(1)).References;
        ulong spare = guest.Mfn(TestGuest.Spare).Address.Value;
        guest.Write(TestGuest.AddressOf(TestGuest.Spare), guest.Mfn(new PseudoPhysicalFrame(1)).Address.Value | Present, spare | Writable);
        guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), spare | Present, 0);
        Assert.That(Pin(guest, MmuextCommand.PinL1, TestGuest.Spare), Is.EqualTo(-Errno.EBUSY));
        Assert.Multiple(() =>
        {
            Assert.That(guest.Page(TestGuest.Spare).TypeReferences, Is.Zero);
            Assert.That(guest.Page(new PseudoPhysicalFrame(1)).References, Is.EqualTo(before));
        });
    }

    [TestCase(PageTableEntry.LargePage)]
    [TestCase(PageTableEntry.Global)]
    [TestCase(GuestPageBits.CacheDisable)]
    [TestCase(GuestPageBits.WriteThrough)]
    public void ForbiddenBitsInAnL2Entry_AreRefused(ulong bit)
    {
        using var guest = new TestGuest();
        MachineAddress slot = guest.Mfn(TestGuest.KernelTables[2]).Address + 8;
        Assert.That(Update(guest, slot, guest.Mfn(TestGuest.Spare).Address.Value | Writable | bit), Is.EqualTo(-Errno.EINVAL));
        Assert.That(guest.Domain.Memory.Read64(slot), Is.Zero);
    }

    [TestCase(PageTableEntry.LargePage)]
    [TestCase(GuestPageBits.CacheDisable)]
    [TestCase(GuestPageBits.WriteThrough)]
    public void CachingAttributesInAnL1Entry_AreRefused(ulong bit)
    {
        using var guest = new TestGuest();
        Assert.That(
            guest.Call(HypercallNumber.UpdateVaMapping, Scratch, guest.Mfn(TestGuest.Spare).Address.Value | Writable | bit, 0),
            Is.EqualTo(-Errno.EINVAL));
    }

    [Test]
    public void ForeignXenAndAbsentFrames_CannotBeMapped()
    {
        using var guest = new TestGuest();
        MachineMemory machine = guest.Domain.Machine;
        var other = new Domain(2, machine, guest.Domain.Profile);
        Assert.That(other.TryPopulate(new PseudoPhysicalFrame(0), out MachineFrame foreign));
        MachineFrame xen = machine.AllocateForXen();
        ulong absent = machine.FrameCount + 5;
        Assert.Multiple(() =>
        {
            Assert.That(Map(guest, foreign.Number), Is.EqualTo(-Errno.EBUSY));
            Assert.That(Map(guest, xen.Number), Is.EqualTo(-Errno.EBUSY));
            Assert.That(Map(guest, 0), Is.EqualTo(-Errno.EBUSY));
            Assert.That(Map(guest, absent), Is.EqualTo(-Errno.EPERM));
            Assert.That(Map(guest, other.SharedInfoFrame.Number), Is.EqualTo(-Errno.EBUSY));
            Assert.That(Map(guest, guest.Domain.SharedInfoFrame.Number), Is.Zero);
        });
    }

    [TestCase(256)]
    [TestCase(258)]
    [TestCase(271)]
    public void XensL4Slots_AreNotTheGuests(int slot)
    {
        using var guest = new TestGuest();
        MachineAddress address = guest.Mfn(TestGuest.KernelTables[0]).Address + ((ulong)slot * 8);
        ulong before = guest.Domain.Memory.Read64(address);
        Assert.That(Update(guest, address, guest.Mfn(TestGuest.KernelTables[1]).Address.Value | Writable), Is.EqualTo(-Errno.EINVAL));
        Assert.That(Update(guest, address, 0), Is.EqualTo(-Errno.EINVAL));
        Assert.That(guest.Domain.Memory.Read64(address), Is.EqualTo(before));
    }

    [Test]
    public void GuestContentOfXensL4Slots_IsReplacedAtValidation()
    {
        using var guest = new TestGuest();
        guest.Write(TestGuest.AddressOf(TestGuest.Spare) + (260 * 8), 0xdead_b000 | Writable);
        ulong spare = guest.Mfn(TestGuest.Spare).Address.Value;
        guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), spare | Present, 0);
        Assert.That(Pin(guest, MmuextCommand.PinL4, TestGuest.Spare), Is.Zero);
        Assert.That(guest.Domain.Memory.Read64(new MachineAddress(spare + (260 * 8))), Is.Zero);
    }

    [Test]
    public void ALevelThatDoesNotFit_IsRefused()
    {
        using var guest = new TestGuest();

        // An L4 entry that points at an L1 table, which is typed already.
        MachineAddress slot = guest.Mfn(TestGuest.KernelTables[0]).Address + 8;
        Assert.That(Update(guest, slot, guest.Mfn(TestGuest.KernelTables[3]).Address.Value | Writable), Is.EqualTo(-Errno.EINVAL));
    }

    [Test]
    public void LinearEntries_AreReadOnly_AndDoNotChain()
    {
        using var guest = new TestGuest();
        MachineFrame root = guest.Mfn(TestGuest.KernelTables[0]), other = guest.Mfn(TestGuest.UserTables[0]);
        MachineAddress slot = root.Address + 8;
        uint references = guest.Domain.Machine[root].References;
        Assert.Multiple(() =>
        {
            Assert.That(Update(guest, slot, root.Address.Value | Writable), Is.EqualTo(-Errno.EINVAL), "itself, writable");
            Assert.That(Update(guest, slot, root.Address.Value | Present), Is.Zero, "itself");
            Assert.That(guest.Domain.Machine[root].References, Is.EqualTo(references), "an entry for its own table holds nothing");
            Assert.That(Update(guest, slot, 0), Is.Zero);
            Assert.That(guest.Domain.Machine[root].References, Is.EqualTo(references));
        });
        references = guest.Domain.Machine[other].References;
        uint types = guest.Domain.Machine[other].TypeReferences;
        Assert.Multiple(() =>
        {
            Assert.That(Update(guest, slot, other.Address.Value | Present), Is.Zero, "another root");
            Assert.That(guest.Domain.Machine[other].References, Is.EqualTo(references + 1));
            Assert.That(Update(guest, other.Address + 8, root.Address.Value | Present), Is.EqualTo(-Errno.EINVAL), "back again");
            Assert.That(Update(guest, slot, 0), Is.Zero);
            Assert.That((guest.Domain.Machine[other].References, guest.Domain.Machine[other].TypeReferences), Is.EqualTo((references, types)));
            Assert.That(Update(guest, other.Address + 8, root.Address.Value | Present), Is.Zero, "now it may");
            Assert.That(Hostile.PageAudit.Find(guest), Is.Null);
        });
    }

    [Test]
    public void NewBasePointer_TakesOnlyValidRoots()
    {
        using var guest = new TestGuest();
        Assert.Multiple(() =>
        {
            Assert.That(Pin(guest, MmuextCommand.NewBasePointer, TestGuest.KernelTables[1]), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Pin(guest, MmuextCommand.NewBasePointer, TestGuest.Spare), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Pin(guest, MmuextCommand.NewBasePointer, TestGuest.UserTables[0]), Is.Zero);
        });
    }

    [Test]
    public void FlagsMayChange_WithoutNewReferences_AndPreserveKeepsAccessedAndDirty()
    {
        using var guest = new TestGuest();
        MachineAddress slot = guest.KernelL1Slot(TestGuest.Spare);
        ulong frame = guest.Mfn(TestGuest.Spare).Address.Value;
        uint references = guest.Page(TestGuest.Spare).References;
        Assert.That(Update(guest, slot, frame | Writable | PageTableEntry.Dirty | PageTableEntry.NoExecute), Is.Zero);
        Assert.That(guest.Page(TestGuest.Spare).References, Is.EqualTo(references));
        guest.Write(Scratch, slot.Value | (ulong)MmuUpdateKind.PreserveAccessedDirty, frame | Writable);
        Assert.That(guest.Call(HypercallNumber.MmuUpdate, Scratch, 1, 0, Self), Is.Zero);
        Assert.That(guest.Domain.Memory.Read64(slot) & PageTableEntry.Dirty, Is.Not.Zero);
        Assert.That(guest.Domain.Memory.Read64(slot) & PageTableEntry.NoExecute, Is.Zero);
    }

    [Test]
    public void MmuUpdate_ReportsHowManyWereDone_AndStopsAtTheFirstError()
    {
        using var guest = new TestGuest();
        MachineAddress slot = guest.KernelL1Slot(TestGuest.Spare);
        ulong frame = guest.Mfn(TestGuest.Spare).Address.Value;
        guest.Write(
            Scratch,
            slot.Value, frame | Present,
            slot.Value | (ulong)MmuUpdateKind.MachineToPhysical, 0x1234,
            slot.Value, 0xffff_ffff_f000 | Present,
            slot.Value, 0);
        Assert.That(guest.Call(HypercallNumber.MmuUpdate, Scratch, 4, Scratch + 0x800, Self), Is.EqualTo(-Errno.EPERM));
        Assert.That((uint)guest.Read(Scratch + 0x800), Is.EqualTo(2));
        Assert.That(guest.Domain.Machine.MachineToPhysical[slot.Frame], Is.EqualTo(0x1234));
    }

    [Test]
    public void MmuUpdate_OfAnOrdinaryPage_IsAStore_AndOfADescriptorPageIsRefused()
    {
        using var guest = new TestGuest();
        Assert.That(Update(guest, guest.Mfn(TestGuest.Spare).Address + 0x10, 0x77), Is.Zero);
        Assert.That(guest.Read(TestGuest.AddressOf(TestGuest.Spare) + 0x10), Is.EqualTo(0x77));
        MakeGdt(guest);
        Assert.That(Update(guest, guest.Mfn(TestGuest.Spare).Address + 0x10, 0x77), Is.EqualTo(-Errno.EINVAL));
    }

    [TestCase(1UL, -Errno.ESRCH)]
    [TestCase(7UL, -Errno.ESRCH)]
    [TestCase((ulong)DomainId.Control, -Errno.EPERM)]
    [TestCase((ulong)DomainId.Xen, -Errno.EPERM)]
    [TestCase((ulong)DomainId.Io, -Errno.EPERM)]
    public void OtherDomains_AreRefused(ulong domain, long expected)
    {
        using var guest = new TestGuest();
        ulong entry = guest.Mfn(TestGuest.Spare).Address.Value | Present;
        guest.Write(Scratch, guest.KernelL1Slot(TestGuest.Spare).Value, entry);
        Assert.Multiple(() =>
        {
            Assert.That(guest.Call(HypercallNumber.MmuUpdate, Scratch, 1, 0, domain), Is.EqualTo(expected));
            Assert.That(guest.Call(HypercallNumber.MmuextOp, Scratch, 0, 0, domain), Is.EqualTo(expected));
            Assert.That(guest.Call(HypercallNumber.UpdateVaMappingOtherDomain, TestGuest.AddressOf(TestGuest.Spare), entry, 0, domain), Is.EqualTo(expected));
        });
    }

    [Test]
    public void EntriesForDeviceMemory_CanBeRemoved()
    {
        using var guest = new TestGuest();
        guest.Write(Scratch, guest.KernelL1Slot(TestGuest.Spare).Value, 0);
        Assert.That(guest.Call(HypercallNumber.MmuUpdate, Scratch, 1, 0, DomainId.Io), Is.Zero);
        Assert.That(guest.Call(HypercallNumber.MmuUpdate, Scratch, 1, 0, DomainId.Self | (2ul << 16)), Is.Zero, "tables of the domain by its number");
        Assert.That(guest.Call(HypercallNumber.MmuUpdate, Scratch, 1, 0, DomainId.Self | (1ul << 16)), Is.EqualTo(-Errno.EPERM), "tables of the control domain");
        Assert.That(guest.Call(HypercallNumber.MmuUpdate, Scratch, 1, 0, DomainId.Self | (9ul << 16)), Is.EqualTo(-Errno.ESRCH), "tables of nobody");
    }

    [Test]
    public void Gdt_ForcesRing3_RefusesSystemSegments_AndIsNeverWritable()
    {
        using var guest = new TestGuest();
        MakeGdt(guest);
        MachineFrame frame = guest.Mfn(TestGuest.Spare);
        Assert.Multiple(() =>
        {
            Assert.That((guest.Domain.Memory.Read64(frame.Address + 8) >> 45) & 3, Is.EqualTo(3));
            Assert.That(
                guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), frame.Address.Value | Writable, 0),
                Is.EqualTo(-Errno.EBUSY));
            Assert.That(guest.Call(HypercallNumber.UpdateDescriptor, frame.Address.Value + 16, 0x0000_8900_0000_0067), Is.EqualTo(-Errno.EINVAL), "TSS");
            Assert.That(guest.Call(HypercallNumber.UpdateDescriptor, frame.Address.Value + 4, 0), Is.EqualTo(-Errno.EINVAL), "misaligned");
            Assert.That(guest.Call(HypercallNumber.UpdateDescriptor, frame.Address.Value + 16, 0x00af_9b00_0000_ffff), Is.Zero);
            Assert.That(guest.Domain.Memory.Read64(frame.Address + 16), Is.EqualTo(0x00af_fb00_0000_ffff));
            Assert.That(guest.Call(HypercallNumber.SetGdt, Scratch, 7169), Is.EqualTo(-Errno.EINVAL));
        });
    }

    [Test]
    public void DecreaseAndPopulate_MoveFrames_AndKeepReferencedOnesAlive()
    {
        using var guest = new TestGuest();
        MachineFrame frame = guest.Mfn(TestGuest.Spare);
        ulong pages = guest.Domain.Pages;
        guest.Write(Scratch, frame.Number);
        guest.Write(Scratch + 0x100, Scratch, 1, 0, Self);
        Assert.That(guest.Call(HypercallNumber.MemoryOp, (ulong)MemoryCommand.DecreaseReservation, Scratch + 0x100), Is.EqualTo(1));
        Assert.That(guest.Domain.Pages, Is.EqualTo(pages), "a page counts until nothing refers to it");
        Assert.That(guest.Domain.Machine[frame].Owner, Is.EqualTo(guest.Domain), "still mapped");
        Assert.That(guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), 0, 0), Is.Zero);
        Assert.That(guest.Domain.Pages, Is.EqualTo(pages - 1));
        Assert.That(guest.Domain.Machine[frame].Use, Is.EqualTo(FrameUse.Free));
        guest.Write(Scratch, TestGuest.Spare.Number);
        Assert.That(guest.Call(HypercallNumber.MemoryOp, (ulong)MemoryCommand.PopulatePhysmap, Scratch + 0x100), Is.EqualTo(1));
        Assert.That(guest.Read(Scratch), Is.EqualTo(guest.Mfn(TestGuest.Spare).Number));
    }

    private static void MakeGdt(TestGuest guest)
    {
        MachineFrame frame = guest.Mfn(TestGuest.Spare);
        guest.Write(TestGuest.AddressOf(TestGuest.Spare), 0, 0x00af_9b00_0000_ffff);
        guest.Write(Scratch, frame.Number);
        Assert.That(guest.Call(HypercallNumber.SetGdt, Scratch, 16), Is.EqualTo(-Errno.EINVAL), "mapped writable");
        guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), frame.Address.Value | Present, 0);
        Assert.That(guest.Call(HypercallNumber.SetGdt, Scratch, 16), Is.Zero);
    }

    private static long Map(TestGuest guest, ulong frame) =>
        guest.Call(HypercallNumber.UpdateVaMapping, TestGuest.AddressOf(TestGuest.Spare), (frame << 12) | Writable, 0);

    private static long Update(TestGuest guest, MachineAddress slot, ulong value)
    {
        guest.Write(Scratch, slot.Value, value);
        return guest.Call(HypercallNumber.MmuUpdate, Scratch, 1, 0, Self);
    }

    private static long Pin(TestGuest guest, MmuextCommand command, PseudoPhysicalFrame pfn)
    {
        guest.Write(Scratch, (ulong)command, guest.Mfn(pfn).Number, 0);
        return guest.Call(HypercallNumber.MmuextOp, Scratch, 1, 0, Self);
    }
}
