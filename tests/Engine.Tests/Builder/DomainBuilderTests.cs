using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Hosting;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Builder;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Builder;

[TestFixture]
public unsafe class DomainBuilderTests
{
    private static readonly byte[] Ramdisk = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7))];

    private VirtualMachine _machine = null!;

    private Domain Domain => _machine.Domain;

    private DomainPlan Plan => _machine.Plan;

    [OneTimeSetUp]
    public void SetUp() => _machine = new VirtualMachine(new VirtualMachineOptions
    {
        Kernel = TestImages.Hello,
        Ramdisk = Ramdisk,
        CommandLine = "some words",
        MemoryBytes = 32UL << 20,
    });

    [OneTimeTearDown]
    public void TearDown() => _machine.Dispose();

    [Test]
    public void Registers_are_those_of_the_start_of_day()
    {
        CpuState* state = _machine.Vcpu.State;
        Assert.Multiple(() =>
        {
            Assert.That(state->Rip, Is.EqualTo(Plan.Entry));
            Assert.That(state->Gpr[4], Is.EqualTo(Plan.AddressOf(Plan.BootStack) + 4096));
            Assert.That(state->Gpr[6], Is.EqualTo(Plan.AddressOf(Plan.StartInfo)));
            Assert.That(state->Flags, Is.EqualTo(0x202));
            Assert.That((state->Cs, state->Ss, state->Ds), Is.EqualTo((Selectors.Code64, Selectors.Stack, (ushort)0)));
            Assert.That(_machine.Vcpu.Info.UpcallMasked, Is.True);
            for (int i = 0; i < 16; i++)
            {
                if (i is not (4 or 6))
                    Assert.That(state->Gpr[i], Is.Zero, $"register {i}");
            }
        });
    }

    [Test]
    public void Machine_frames_are_no_pseudo_physical_ones_and_the_maps_agree()
    {
        for (ulong page = 0; page < Plan.Pages; page++)
        {
            MachineFrame frame = Domain.PhysicalMap[new PseudoPhysicalFrame(page)];
            ulong listed = ReadWord(Plan.P2mAddress + (page * 8));
            Assert.That(frame.Number, Is.Not.EqualTo(page));
            Assert.That(listed, Is.EqualTo(frame.Number));
            Assert.That(Domain.Machine.MachineToPhysical[frame], Is.EqualTo(page));
        }
    }

    [Test]
    public void Start_info_says_where_things_are()
    {
        Assert.Multiple(() =>
        {
            Assert.That(StartInfo(StartInfoLayout.PageCount), Is.EqualTo(8192));
            Assert.That(StartInfo(StartInfoLayout.SharedInfo), Is.EqualTo(Domain.SharedInfoFrame.Address.Value));
            Assert.That(StartInfo(StartInfoLayout.PageTableBase), Is.EqualTo(Plan.AddressOf(Plan.PageTables.Start)));
            Assert.That(StartInfo(StartInfoLayout.PageTableFrames), Is.EqualTo(Plan.PageTables.Count));
            Assert.That(StartInfo(StartInfoLayout.FrameList), Is.EqualTo(Plan.P2mAddress));
            Assert.That(StartInfo(StartInfoLayout.ModuleLength), Is.EqualTo(Ramdisk.Length));
            Assert.That(StartInfo(StartInfoLayout.ConsoleFrame), Is.EqualTo(Domain.PhysicalMap[Plan.Console].Number));
            Assert.That(StartInfo(StartInfoLayout.StoreFrame), Is.EqualTo(Domain.PhysicalMap[Plan.Store].Number));
            Assert.That(Text(Plan.AddressOf(Plan.StartInfo) + StartInfoLayout.CommandLine, 11), Is.EqualTo("some words\0"));
            Assert.That(Text(Plan.AddressOf(Plan.StartInfo), 15), Is.EqualTo("xen-3.0-x86_64\0"));
        });
    }

    [Test]
    public void The_ramdisk_is_where_start_info_says()
    {
        byte[] found = new byte[Ramdisk.Length];
        Assert.That(_machine.Vcpu.Guest.TryRead(StartInfo(StartInfoLayout.ModuleStart), found), Is.True);
        Assert.That(found, Is.EqualTo(Ramdisk));
    }

    [Test]
    public void Page_tables_are_typed_pinned_and_not_writable()
    {
        for (ulong i = 0; i < Plan.PageTables.Count; i++)
        {
            PseudoPhysicalFrame page = Plan.PageTables.Start + i;
            PageInfo info = Domain.Machine[Domain.PhysicalMap[page]];
            Assert.That(info.IsPageTable && info.Validated && info.TypeReferences > 0, Is.True, page.ToString());
            Assert.That(_machine.Vcpu.Guest.TryTranslate(Plan.AddressOf(page), AccessKind.Write, out _), Is.False, page.ToString());
            Assert.That(_machine.Vcpu.Guest.TryTranslate(Plan.AddressOf(page), AccessKind.Read, out _), Is.True, page.ToString());
        }

        Assert.That(Domain.Machine[Domain.PhysicalMap[Plan.PageTables.Start]].Pinned, Is.True);
    }

    [Test]
    public void Every_page_of_the_boot_mapping_is_mapped_to_its_frame_and_nothing_behind_it()
    {
        for (ulong page = 0; page < Plan.MappedPages; page++)
        {
            var frame = new PseudoPhysicalFrame(page);
            Assert.That(_machine.Vcpu.Guest.TryTranslate(Plan.AddressOf(frame), AccessKind.Read, out MachineAddress machine), Is.True);
            Assert.That(machine.Frame, Is.EqualTo(Domain.PhysicalMap[frame]));
        }

        ulong behind = Plan.VirtualBase + (Plan.MappedPages << 12);
        Assert.That(_machine.Vcpu.Guest.TryTranslate(behind, AccessKind.Read, out _), Is.False);
    }

    [Test]
    public void The_hypercall_page_holds_stubs()
    {
        byte[] page = new byte[4096];
        Assert.That(_machine.Vcpu.Guest.TryRead(Plan.HypercallPage!.Value, page), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(Convert.ToHexStringLower(page.AsSpan(17 * 32, 32)), Is.EqualTo("514153b8110000000f05415b59c3" + string.Concat(Enumerable.Repeat("cc", 18))));
            Assert.That(Convert.ToHexStringLower(page.AsSpan(23 * 32, 32)), Is.EqualTo("51415350b8170000000f05" + string.Concat(Enumerable.Repeat("cc", 21))));
        });
    }

    private ulong StartInfo(int field) => ReadWord(Plan.AddressOf(Plan.StartInfo) + (ulong)field);

    private ulong ReadWord(ulong address)
    {
        Span<byte> bytes = stackalloc byte[8];
        Assert.That(_machine.Vcpu.Guest.TryRead(address, bytes), Is.True, $"0x{address:x}");
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    private string Text(ulong address, int length)
    {
        byte[] bytes = new byte[length];
        _machine.Vcpu.Guest.TryRead(address, bytes);
        return Encoding.ASCII.GetString(bytes);
    }
}
