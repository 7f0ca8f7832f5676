using NUnit.Framework;
using Rebound.Engine.Xen.Builder;

namespace Rebound.Engine.Tests.Builder;

[TestFixture]
public class DomainPlanTests
{
    private static readonly ElfImage Image = ElfImage.Parse(TestImages.Hello);
    private static readonly GuestNotes Notes = GuestNotesReader.Read(Image);

    [Test]
    public void Parts_follow_each_other_in_the_ABIs_order()
    {
        DomainPlan plan = Plan(Notes, pages: 16384, ramdisk: 5000);
        Assert.Multiple(() =>
        {
            Assert.That(plan.Ramdisk.Start, Is.EqualTo(plan.Kernel.End));
            Assert.That(plan.Ramdisk.Count, Is.EqualTo(2));
            Assert.That(plan.P2m.Start, Is.EqualTo(plan.Ramdisk.End));
            Assert.That(plan.P2m.Count, Is.EqualTo(16384 * 8 / 4096));
            Assert.That(plan.StartInfo, Is.EqualTo(plan.P2m.End));
            Assert.That(plan.Store, Is.EqualTo(plan.StartInfo + 1));
            Assert.That(plan.Console, Is.EqualTo(plan.Store + 1));
            Assert.That(plan.PageTables.Start, Is.EqualTo(plan.Console + 1));
            Assert.That(plan.BootStack, Is.EqualTo(plan.PageTables.End));
            Assert.That(plan.P2mAddress, Is.EqualTo(plan.AddressOf(plan.P2m.Start)));
        });
    }

    [TestCase(2048UL)]
    [TestCase(16384UL)]
    [TestCase(262144UL)]
    [TestCase(4194304UL)]
    public void The_mapping_holds_its_own_tables_and_half_a_MiB_more(ulong pages)
    {
        DomainPlan plan = Plan(Notes, pages);
        ulong end = plan.VirtualBase + (plan.MappedPages << 12);
        Assert.Multiple(() =>
        {
            Assert.That(end & ((1 << 22) - 1), Is.Zero);
            Assert.That(plan.MappedPages, Is.GreaterThanOrEqualTo(plan.BootStack.Number + 1 + 128));
            Assert.That(plan.Counts, Is.EqualTo(PageTableCounts.For(plan.VirtualBase, plan.MappedPages)));
            Assert.That(plan.PageTables.Count, Is.EqualTo(plan.Counts.Total + 1));
        });
    }

    [Test]
    public void The_smallest_mapping_is_one_4_MiB_step_with_two_L1_tables()
    {
        DomainPlan plan = Plan(Notes, pages: 2048);
        Assert.That(plan.Counts, Is.EqualTo(new PageTableCounts(1, 1, plan.MappedPages / 512)));
    }

    [Test]
    public void A_frame_list_of_its_own_lies_behind_the_mapping_with_its_tables()
    {
        const ulong address = 0x0000_0080_0000_0000;
        DomainPlan plan = Plan(Notes with { InitialP2m = address, ModuleStartFrame = true }, pages: 16384, ramdisk: 1);
        Assert.Multiple(() =>
        {
            Assert.That(plan.RamdiskByFrame, Is.True);
            Assert.That(plan.Ramdisk.Start.Number, Is.EqualTo(plan.MappedPages));
            Assert.That(plan.P2m.Start, Is.EqualTo(plan.Ramdisk.End));
            Assert.That(plan.P2mAddress, Is.EqualTo(address));
            Assert.That(plan.P2mTables, Is.EqualTo(new FrameRange(plan.P2m.End, 3)));
            Assert.That(plan.StartInfo, Is.EqualTo(plan.Kernel.End));
        });
    }

    [Test]
    public void A_loader_that_does_not_know_the_notes_puts_both_into_the_mapping()
    {
        GuestNotes notes = Notes with { InitialP2m = 0x0000_0080_0000_0000, ModuleStartFrame = true };
        DomainPlan plan = DomainPlanner.Plan(Image, notes, new DomainPlanOptions
        {
            Pages = 16384,
            RamdiskSize = 1,
            HonoursInitialP2m = false,
            HonoursModuleStartFrame = false,
        });
        Assert.Multiple(() =>
        {
            Assert.That(plan.RamdiskByFrame, Is.False);
            Assert.That(plan.HasOwnP2mMapping, Is.False);
            Assert.That(plan.Ramdisk.End.Number, Is.LessThan(plan.MappedPages));
        });
    }

    [TestCase(0UL, "at least one page")]
    [TestCase(16UL, "memory too small")]
    [TestCase(600UL, "memory too small")]
    public void Too_little_memory_is_named(ulong pages, string message) =>
        Assert.That(() => Plan(Notes, pages), Throws.TypeOf<GuestImageException>().With.Message.Contains(message));

    [Test]
    public void A_ramdisk_that_does_not_fit_is_named() =>
        Assert.That(() => Plan(Notes, 2048, ramdisk: 64 << 20), Throws.TypeOf<GuestImageException>().With.Message.Contains("ramdisk"));

    [TestCase(0xffffffff7fffffffUL, "outside")]
    [TestCase(0xffffffffffff0000UL, "outside")]
    [TestCase(0UL, "outside")]
    public void An_entry_outside_the_kernel_is_refused(ulong entry, string message) =>
        Assert.That(() => Plan(Notes with { Entry = entry }, 8192), Throws.TypeOf<GuestImageException>().With.Message.Contains(message));

    [TestCase(0xffff800000000000UL)]
    [TestCase(0x0000800000000000UL)]
    [TestCase(0xffffffff80000800UL)]
    [TestCase(0xffff87ffffc00000UL)]
    public void A_virtual_base_that_a_guest_cannot_have_is_refused(ulong address) =>
        Assert.That(() => Plan(Notes with { VirtualBase = address, Entry = null }, 8192), Throws.TypeOf<GuestImageException>());

    [Test]
    public void A_hypercall_page_outside_the_kernel_is_refused() =>
        Assert.That(() => Plan(Notes with { HypercallPage = 0xffffffffc0000000 }, 8192), Throws.TypeOf<GuestImageException>().With.Message.Contains("hypercall page"));

    [Test]
    public void The_plan_prints_every_part()
    {
        string text = Plan(Notes, 8192).ToString();
        foreach (string part in (string[])["entry", "hypercall page", "kernel", "ramdisk", "p2m", "start_info", "xenstore", "console", "page tables", "boot stack"])
            Assert.That(text, Does.Contain(part));
    }

    private static DomainPlan Plan(GuestNotes notes, ulong pages, ulong ramdisk = 0) =>
        DomainPlanner.Plan(Image, notes, new DomainPlanOptions { Pages = pages, RamdiskSize = ramdisk });
}
