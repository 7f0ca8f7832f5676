using System.Buffers.Binary;
using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Events;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Events;

/// <summary>The FIFO ABI as a guest sees it: words, links, heads and ready bits in its own pages.</summary>
[TestFixture]
public class FifoEventsTests
{
    private const int Block = 0x40;
    private const uint Linked = FifoEventLayout.Pending | FifoEventLayout.Linked;

    private TestDomain _test = null!;
    private MachineFrame _control;
    private MachineFrame _words;

    private EventChannels Events => _test.Domain.Events;

    private VcpuInfo Info => _test.Vcpu.Info;

    [SetUp]
    public void SetUp()
    {
        _test = new TestDomain(vcpus: 2);
        for (ulong i = 0; i < 6; i++)
            _test.Domain.TryPopulate(new PseudoPhysicalFrame(i), out _);
        (_control, _words) = (Page(0), Page(1));
        foreach (Vcpu vcpu in _test.Domain.Vcpus)
            vcpu.Info.UpcallMasked = false;
    }

    [TearDown]
    public void TearDown() => _test.Dispose();

    [Test]
    public void Events_of_one_priority_are_linked_in_their_order()
    {
        Start();
        int[] ports = [Ipi(), Ipi(), Ipi()];
        foreach (int port in ports)
            Send(port);
        Assert.Multiple(() =>
        {
            Assert.That(Ready, Is.EqualTo(1u << 7));
            Assert.That(Head(7), Is.EqualTo((uint)ports[0]));
            Assert.That(Word(ports[0]), Is.EqualTo(Linked | (uint)ports[1]));
            Assert.That(Word(ports[1]), Is.EqualTo(Linked | (uint)ports[2]));
            Assert.That(Word(ports[2]), Is.EqualTo(Linked));
            Assert.That(Info.UpcallPending, Is.True);
        });
    }

    [Test]
    public void Priorities_have_queues_of_their_own()
    {
        Start();
        int usual = Ipi(), urgent = Ipi();
        Assert.That(Events.SetPriority((uint)urgent, 0), Is.Zero);
        Send(usual);
        Send(urgent);
        Assert.That((Ready, Head(7), Head(0)), Is.EqualTo(((1u << 7) | 1u, (uint)usual, (uint)urgent)));
    }

    [Test]
    public void A_masked_event_is_not_linked_until_it_is_unmasked()
    {
        Start();
        int port = Ipi();
        SetWord(port, FifoEventLayout.Masked);
        Send(port);
        Assert.That((Word(port), Ready, Info.UpcallPending), Is.EqualTo((FifoEventLayout.Masked | FifoEventLayout.Pending, 0u, false)));
        Assert.That(Events.Unmask((uint)port), Is.Zero);
        Assert.That((Word(port), Ready, Info.UpcallPending), Is.EqualTo((Linked, 1u << 7, true)));
    }

    [Test]
    public void An_event_in_the_queue_is_not_put_there_again()
    {
        Start();
        int first = Ipi(), second = Ipi();
        Send(first);
        Send(second);
        Send(first);
        Assert.That((Word(first), Word(second)), Is.EqualTo((Linked | (uint)second, Linked)));
    }

    [Test]
    public void A_queue_that_the_guest_has_emptied_starts_at_its_head()
    {
        Start();
        int first = Ipi(), second = Ipi();
        Send(first);
        TakeAll();
        Send(second);
        Assert.Multiple(() =>
        {
            Assert.That(Head(7), Is.EqualTo((uint)second));
            Assert.That(Word(first), Is.Zero, "what left the queue is not linked to");
            Assert.That((Ready, Info.UpcallPending), Is.EqualTo((1u << 7, true)));
        });
    }

    [Test]
    public void The_ready_bit_is_raised_once()
    {
        Start();
        Send(Ipi());
        Info.UpcallPending = false;
        Send(Ipi());
        Assert.That(Info.UpcallPending, Is.False);
    }

    [Test]
    public void An_event_moves_to_the_queue_of_its_new_priority()
    {
        Start();
        int port = Ipi(), other = Ipi();
        Send(port);
        TakeAll();
        Events.SetPriority((uint)port, 3);
        Send(port);
        Send(other);
        Assert.Multiple(() =>
        {
            Assert.That(Head(3), Is.EqualTo((uint)port));
            Assert.That(Head(7), Is.EqualTo((uint)other), "not behind the port that was last there");
            Assert.That(Word(port), Is.EqualTo(Linked));
        });
    }

    [Test]
    public void Events_of_before_the_switch_are_raised_when_their_words_are_there()
    {
        int port = Ipi();
        Send(port);
        Assert.That(Events.InitControl(0, _control, Block), Is.Zero);
        Assert.That(Ready, Is.Zero);
        Assert.That(Events.ExpandArray(_words), Is.Zero);
        Assert.That((Ready, Head(7), Word(port)), Is.EqualTo((1u << 7, (uint)port, Linked)));
    }

    [Test]
    public void An_event_without_a_word_waits_for_it()
    {
        Assert.That(Events.InitControl(0, _control, Block), Is.Zero);
        int port = Ipi();
        Send(port);
        Assert.That(Events.IsPending(port), Is.False);
        Events.ExpandArray(_words);
        Assert.That(Events.IsPending(port), Is.True);
    }

    [Test]
    public void A_processor_without_a_control_block_is_not_told()
    {
        Start();
        uint port = (uint)Events.BindIpi(1);
        Assert.That(Events.Send(port), Is.Zero);
        Assert.That((Word((int)port), _test.Domain.Vcpus[1].Info.UpcallPending), Is.EqualTo((0u, false)));
        Assert.That(Events.InitControl(1, Page(2), 0), Is.Zero);
        Events.Send(port);
        Assert.That((Word((int)port), _test.Domain.Vcpus[1].Info.UpcallPending), Is.EqualTo((Linked, true)));
    }

    [Test]
    public void A_port_that_is_still_linked_is_not_used_again()
    {
        Start();
        int port = Ipi();
        Send(port);
        Assert.That(Events.Close((uint)port), Is.Zero);
        Assert.That(Word(port), Is.EqualTo(FifoEventLayout.Linked), "no longer pending");
        Assert.That(Ipi(), Is.Not.EqualTo(port));
        TakeAll();
        Assert.That(Ipi(), Is.EqualTo(port));
    }

    [Test]
    public void Ports_beyond_those_of_two_levels_can_be_used()
    {
        Events.MaximumPort = uint.MaxValue;
        Start();
        for (int i = 1; i <= EventChannelLimits.Ports; i++)
            Assert.That(Events.BindIpi(0), Is.EqualTo(i));
    }

    [TestCase(9u, 0u, Errno.ENOENT)]
    [TestCase(0u, 4u, Errno.EINVAL)]
    [TestCase(0u, 4032u, Errno.EINVAL)]
    public void Impossible_control_blocks_are_refused(uint vcpu, uint offset, long error) =>
        Assert.That(Events.InitControl(vcpu, _control, offset), Is.EqualTo(-error));

    [Test]
    public void A_page_that_is_not_the_domains_or_a_page_table_is_refused()
    {
        Assert.That(_test.Domain.PageTypes.Pin(Page(3), _test.Domain, PageType.L1), Is.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(Events.InitControl(0, Page(3), 0), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.InitControl(0, new MachineFrame(ulong.MaxValue >> 12), 0), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.IsFifo, Is.False);
            Assert.That(Events.ExpandArray(_words), Is.EqualTo(-Errno.EOPNOTSUPP));
        });
        Start();
        Assert.Multiple(() =>
        {
            Assert.That(Events.InitControl(0, Page(2), 0), Is.EqualTo(-Errno.EINVAL), "there is one already");
            Assert.That(Events.ExpandArray(Page(3)), Is.EqualTo(-Errno.EINVAL));
            Assert.That(_test.Domain.PageTypes.Pin(_words, _test.Domain, PageType.L1), Is.EqualTo(-Errno.EINVAL), "its pages stay writable");
        });
    }

    [Test]
    public void Priorities_belong_to_bound_ports_of_this_abi()
    {
        uint port = (uint)Ipi();
        Assert.That(Events.SetPriority(port, 1), Is.EqualTo(-Errno.ENOSYS));
        Start();
        Assert.Multiple(() =>
        {
            Assert.That(Events.SetPriority(port, 15), Is.Zero);
            Assert.That(Events.SetPriority(port, 16), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.SetPriority(port + 1, 1), Is.EqualTo(-Errno.EACCES));
            Assert.That(Events.SetPriority(5000, 1), Is.EqualTo(-Errno.EINVAL));
        });
    }

    [Test]
    public void A_reset_returns_to_two_levels_and_frees_the_pages()
    {
        Start();
        int port = Ipi();
        Send(port);
        Events.Reset();
        Assert.Multiple(() =>
        {
            Assert.That(Events.IsFifo, Is.False);
            Assert.That(Events.Status((uint)port)?.State, Is.EqualTo(ChannelState.Closed));
            Assert.That(_test.Domain.Machine[_words].References, Is.EqualTo(1));
            Assert.That(_test.Domain.Machine[_control].TypeReferences, Is.Zero);
        });
    }

    private uint Ready => BinaryPrimitives.ReadUInt32LittleEndian(_test.Domain.Memory.Span(_control)[Block..]);

    private void Start()
    {
        Assert.That(Events.InitControl(0, _control, Block), Is.Zero);
        Assert.That(Events.ExpandArray(_words), Is.Zero);
    }

    private MachineFrame Page(ulong pfn) => _test.Domain.PhysicalMap[new PseudoPhysicalFrame(pfn)];

    private int Ipi() => (int)Events.BindIpi(0);

    private void Send(int port) => Assert.That(Events.Send((uint)port), Is.Zero);

    private uint Head(int queue) => BinaryPrimitives.ReadUInt32LittleEndian(_test.Domain.Memory.Span(_control)[(Block + 8 + (queue * 4))..]);

    private uint Word(int port) => BinaryPrimitives.ReadUInt32LittleEndian(_test.Domain.Memory.Span(_words)[(port * 4)..]);

    private void SetWord(int port, uint value) =>
        BinaryPrimitives.WriteUInt32LittleEndian(_test.Domain.Memory.WritableSpan(_words, port * 4, 4), value);

    /// <summary>What a guest's upcall does: clears the ready bits and takes every linked port out.</summary>
    private void TakeAll()
    {
        Info.UpcallPending = false;
        BinaryPrimitives.WriteUInt32LittleEndian(_test.Domain.Memory.WritableSpan(_control, Block, 4), 0);
        for (int port = 1; port < 64; port++)
        {
            if ((Word(port) & FifoEventLayout.Linked) != 0)
                SetWord(port, 0);
        }
    }
}
