using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Events;

namespace Rebound.Engine.Tests.Events;

[TestFixture]
public class EventChannelsTests
{
    private TestDomain _test = null!;

    private EventChannels Events => _test.Domain.Events;

    private VcpuInfo Info => _test.Vcpu.Info;

    [SetUp]
    public void SetUp()
    {
        _test = new TestDomain(vcpus: 2);
        foreach (Vcpu vcpu in _test.Domain.Vcpus)
            vcpu.Info.UpcallMasked = false;
    }

    [TearDown]
    public void TearDown() => _test.Dispose();

    [Test]
    public void Ports_are_given_from_1_upwards_and_again_after_a_close()
    {
        Assert.That(Events.AllocateUnbound(0), Is.EqualTo(1));
        Assert.That(Events.AllocateUnbound(0), Is.EqualTo(2));
        Assert.That(Events.Close(1), Is.Zero);
        Assert.That(Events.BindIpi(0), Is.EqualTo(1));
    }

    [TestCase(EventChannelLimits.DefaultMaximumPort, 1024)]
    [TestCase(100u, 101)]
    [TestCase(uint.MaxValue, EventChannelLimits.Ports)]
    public void All_ports_but_0_can_be_used_and_no_more(uint highest, int end)
    {
        Events.MaximumPort = highest;
        for (int i = 1; i < end; i++)
            Assert.That(Events.AllocateUnbound(0), Is.EqualTo(i));
        Assert.That(Events.AllocateUnbound(0), Is.EqualTo(-Errno.ENOSPC));
    }

    [Test]
    public void An_event_sets_pending_selector_and_upcall()
    {
        uint port = PortBeyondTheFirstWord();
        Assert.That(Events.Send(port), Is.Zero);
        Assert.Multiple(() =>
        {
            Assert.That(Events.IsPending((int)port), Is.True);
            Assert.That(Info.PendingSelector, Is.EqualTo(1UL << ((int)port / 64)));
            Assert.That(Info.UpcallPending, Is.True);
        });
    }

    [Test]
    public void A_masked_event_only_becomes_pending_and_unmasking_notifies()
    {
        uint port = (uint)Events.BindIpi(0);
        Mask((int)port);
        Events.Send(port);
        Assert.That((Events.IsPending((int)port), Info.UpcallPending), Is.EqualTo((true, false)));
        Assert.That(Events.Unmask(port), Is.Zero);
        Assert.That((Events.IsMasked((int)port), Info.UpcallPending), Is.EqualTo((false, true)));
    }

    [Test]
    public void Unmasking_what_is_not_masked_does_not_notify_again()
    {
        uint port = (uint)Events.BindIpi(0);
        Events.Send(port);
        Info.UpcallPending = false;
        Info.PendingSelector = 0;
        Events.Unmask(port);
        Assert.That(Info.UpcallPending, Is.False);
    }

    [Test]
    public void A_second_event_while_one_is_pending_changes_nothing()
    {
        uint port = (uint)Events.BindIpi(0);
        Events.Send(port);
        Info.UpcallPending = false;
        Events.Send(port);
        Assert.That(Info.UpcallPending, Is.False);
    }

    [Test]
    public void Interrupts_of_a_processor_reach_it_alone()
    {
        Events.BindVirq((uint)VirtualIrq.Timer, 1);
        Events.RaiseVirq(0, VirtualIrq.Timer);
        Assert.That(_test.Domain.Vcpus[1].Info.UpcallPending, Is.False);
        Events.RaiseVirq(1, VirtualIrq.Timer);
        Assert.That((Info.UpcallPending, _test.Domain.Vcpus[1].Info.UpcallPending), Is.EqualTo((false, true)));
    }

    [TestCase(99u, 0u, Errno.EINVAL)]
    [TestCase(0u, 5u, Errno.ENOENT)]
    [TestCase((uint)VirtualIrq.Console, 1u, Errno.EINVAL)]
    public void Impossible_interrupts_are_refused(uint virq, uint vcpu, long error) => Assert.That(Events.BindVirq(virq, vcpu), Is.EqualTo(-error));

    [Test]
    public void An_interrupt_binds_once_to_a_processor()
    {
        Assert.That(Events.BindVirq((uint)VirtualIrq.Timer, 0), Is.Positive);
        Assert.That(Events.BindVirq((uint)VirtualIrq.Timer, 0), Is.EqualTo(-Errno.EEXIST));
        Assert.That(Events.BindVirq((uint)VirtualIrq.Timer, 1), Is.Positive);
    }

    [Test]
    public void Sending_to_what_is_not_for_sending_is_refused()
    {
        uint virq = (uint)Events.BindVirq((uint)VirtualIrq.Timer, 0);
        Assert.Multiple(() =>
        {
            Assert.That(Events.Send(virq), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.Send(77), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.Send(0), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.Send(uint.MaxValue), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.Close(0), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.Unmask(uint.MaxValue), Is.EqualTo(-Errno.EINVAL));
        });
    }

    [Test]
    public void A_send_reaches_the_back_end_and_the_back_end_the_guest()
    {
        int sent = 0;
        int port = (int)Events.AllocateUnbound(0);
        Assert.That(Events.Send((uint)port), Is.Zero, "nobody at the other end is no error");
        Events.ConnectBackEnd(port, () => sent++);
        Events.Send((uint)port);
        Assert.That((sent, Info.UpcallPending), Is.EqualTo((1, false)));
        Events.Raise(port);
        Assert.That(Events.IsPending(port), Is.True);
    }

    [Test]
    public void Two_ends_in_one_domain_notify_each_other_and_closing_one_frees_the_other()
    {
        uint first = (uint)Events.AllocateUnbound(DomainId.Self);
        uint second = (uint)Events.BindInterdomain(DomainId.Self, first);
        Assert.That(Events.IsPending((int)second), Is.True, "the new end looks once");
        Events.Send(second);
        Assert.That(Events.IsPending((int)first), Is.True);
        Assert.That(Events.Close(second), Is.Zero);
        Assert.That(Events.Status(first)?.State, Is.EqualTo(ChannelState.Unbound));
        Assert.That(Events.IsPending((int)second), Is.False);
        Assert.That(Events.BindInterdomain(5, first), Is.EqualTo(-Errno.ESRCH));
    }

    [Test]
    public void Status_tells_what_a_port_is()
    {
        uint ipi = (uint)Events.BindIpi(1);
        uint virq = (uint)Events.BindVirq((uint)VirtualIrq.Debug, 0);
        Assert.Multiple(() =>
        {
            Assert.That(Events.Status(ipi), Is.EqualTo(new ChannelStatus(ChannelState.Ipi, 1, 0, 0, 0)));
            Assert.That(Events.Status(virq), Is.EqualTo(new ChannelStatus(ChannelState.VirtualIrq, 0, (int)VirtualIrq.Debug, 0, 0)));
            Assert.That(Events.Status(50)?.State, Is.EqualTo(ChannelState.Closed));
            Assert.That(Events.Status(0)?.State, Is.EqualTo(ChannelState.Closed));
            Assert.That(Events.Status(64), Is.Null, "ports come into being by 64");
        });
    }

    [Test]
    public void Only_what_belongs_to_no_processor_can_move()
    {
        uint ipi = (uint)Events.BindIpi(0);
        uint timer = (uint)Events.BindVirq((uint)VirtualIrq.Timer, 0);
        uint unbound = (uint)Events.AllocateUnbound(0);
        Assert.Multiple(() =>
        {
            Assert.That(Events.BindVcpu(ipi, 1), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.BindVcpu(timer, 1), Is.EqualTo(-Errno.EINVAL));
            Assert.That(Events.BindVcpu(unbound, 1), Is.Zero);
            Assert.That(Events.BindVcpu(unbound, 9), Is.EqualTo(-Errno.ENOENT));
            Assert.That(Events.Status(unbound)?.Vcpu, Is.EqualTo(1));
        });
    }

    [Test]
    public void An_event_wakes_a_blocked_processor()
    {
        uint port = (uint)Events.BindIpi(0);
        _test.Vcpu.Block();
        Assert.That(_test.Vcpu.RunState, Is.EqualTo(RunState.Blocked));
        Events.Send(port);
        Assert.That(_test.Vcpu.RunState, Is.EqualTo(RunState.Running));
    }

    [Test]
    public void Blocking_with_an_event_to_deliver_does_not_block()
    {
        Events.Send((uint)Events.BindIpi(0));
        _test.Vcpu.Block();
        Assert.That(_test.Vcpu.RunState, Is.EqualTo(RunState.Running));
    }

    [Test]
    public void A_poll_ends_with_a_listed_port_though_it_is_masked()
    {
        uint listed = (uint)Events.BindIpi(0);
        uint other = (uint)Events.BindIpi(0);
        Mask((int)listed);
        Mask((int)other);
        _test.Vcpu.Poll([listed], null);
        Events.Send(other);
        Assert.That(_test.Vcpu.RunState, Is.EqualTo(RunState.Blocked));
        Events.Send(listed);
        Assert.That(_test.Vcpu.RunState, Is.EqualTo(RunState.Running));
    }

    [Test]
    public void A_poll_of_several_ports_ends_with_any_event()
    {
        uint[] listed = [(uint)Events.BindIpi(0), (uint)Events.BindIpi(0)];
        uint other = (uint)Events.BindIpi(0);
        Mask((int)other);
        _test.Vcpu.Poll(listed, null);
        Events.Send(other);
        Assert.That(_test.Vcpu.RunState, Is.EqualTo(RunState.Running));
    }

    [Test]
    public void Reset_closes_everything()
    {
        uint port = (uint)Events.BindIpi(0);
        Events.Send(port);
        Events.Reset();
        Assert.That((Events.Status(port)?.State, Events.IsPending((int)port)), Is.EqualTo(((ChannelState?)ChannelState.Closed, false)));
    }

    private uint PortBeyondTheFirstWord()
    {
        uint port;
        do
            port = (uint)Events.BindIpi(0);
        while (port < 130);
        return port;
    }

    private void Mask(int port)
    {
        Span<byte> masks = _test.Domain.Memory.WritableSpan(_test.Domain.SharedInfoFrame, SharedInfoLayout.EventMask, SharedInfoLayout.EventWords * 8);
        masks[port / 8] |= (byte)(1 << (port % 8));
    }
}
