using System.Buffers.Binary;
using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Tests.Events;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Time;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Time;

[TestFixture]
public class VcpuTimersTests
{
    private TestDomain _test = null!;

    private Vcpu Vcpu => _test.Vcpu;

    private GuestClock Clock => _test.Domain.Clock;

    [SetUp]
    public void SetUp() => _test = new TestDomain();

    [TearDown]
    public void TearDown() => _test.Dispose();

    [Test]
    public void The_periodic_timer_ticks_100_times_a_second_until_stopped()
    {
        int port = Bind();
        int ticks = 0;
        for (ulong now = 1_000_000; now <= 1_000_000_000; now += 1_000_000)
        {
            Clock.SkipTo(now);
            Vcpu.FireTimers();
            ticks += Take(port);
        }

        Assert.That(ticks, Is.EqualTo(100));
        Vcpu.Timers.StopPeriod();
        Clock.SkipTo(2_000_000_000);
        Vcpu.FireTimers();
        Assert.That((Take(port), Vcpu.Timers.NextWhileRunning), Is.EqualTo((0, (ulong?)null)));
    }

    [Test]
    public void A_one_shot_timer_fires_once_at_its_time()
    {
        Vcpu.Timers.StopPeriod();
        int port = Bind();
        Vcpu.Timers.SetOneShot(5000);
        Clock.SkipTo(4999);
        Vcpu.FireTimers();
        Assert.That(Take(port), Is.Zero);
        Clock.SkipTo(5000);
        Vcpu.FireTimers();
        Assert.That(Take(port), Is.EqualTo(1));
        Clock.SkipTo(9000);
        Vcpu.FireTimers();
        Assert.That(Take(port), Is.Zero);
    }

    [Test]
    public void A_blocked_processor_is_woken_by_the_one_shot_timer_and_not_by_the_periodic_one()
    {
        Bind();
        Vcpu.Info.UpcallMasked = false;
        Vcpu.Block();
        Assert.That(Vcpu.WakeTime, Is.Null);
        Clock.SkipTo(50_000_000);
        Vcpu.FireTimers();
        Assert.That(Vcpu.RunState, Is.EqualTo(RunState.Blocked));
        Vcpu.Timers.SetOneShot(60_000_000);
        Assert.That(Vcpu.WakeTime, Is.EqualTo(60_000_000));
        Clock.SkipTo(60_000_000);
        Vcpu.FireTimers();
        Assert.That(Vcpu.RunState, Is.EqualTo(RunState.Running));
    }

    [Test]
    public void A_poll_ends_at_its_time()
    {
        Vcpu.Poll([], 7000);
        Assert.That(Vcpu.WakeTime, Is.EqualTo(7000));
        Clock.SkipTo(7000);
        Vcpu.FireTimers();
        Assert.That(Vcpu.RunState, Is.EqualTo(RunState.Running));
    }

    [Test]
    public void The_guests_formula_gives_the_system_time()
    {
        Clock.SkipTo(123_456_789);
        TimePages.Update(Vcpu);
        Clock.SkipTo(987_654_321);
        MachineAddress place = Vcpu.Info.Location + VcpuInfoLayout.Time;
        ReadOnlySpan<byte> time = _test.Machine.Memory.Span(place.Frame)[place.Offset..];
        ulong delta = Clock.Tsc - BinaryPrimitives.ReadUInt64LittleEndian(time[VcpuTimeLayout.TscTimestamp..]);
        ulong scaled = (ulong)(((UInt128)(delta << (sbyte)time[VcpuTimeLayout.TscShift])
            * BinaryPrimitives.ReadUInt32LittleEndian(time[VcpuTimeLayout.TscToSystemMultiplier..])) >> 32);
        Assert.Multiple(() =>
        {
            Assert.That(BinaryPrimitives.ReadUInt32LittleEndian(_test.Machine.Memory.Span(place.Frame)[place.Offset..]) & 1, Is.Zero);
            Assert.That(scaled + 123_456_789, Is.EqualTo(987_654_321));
        });
    }

    private int Bind() => (int)_test.Domain.Events.BindVirq((uint)VirtualIrq.Timer, 0);

    /// <summary>1 if the port was pending; clears it as a guest would.</summary>
    private int Take(int port)
    {
        bool pending = _test.Domain.Events.IsPending(port);
        Span<byte> words = _test.Domain.Memory.WritableSpan(_test.Domain.SharedInfoFrame, SharedInfoLayout.EventPending, SharedInfoLayout.EventWords * 8);
        words[port / 8] &= (byte)~(1 << (port % 8));
        Vcpu.Info.PendingSelector = 0;
        Vcpu.Info.UpcallPending = false;
        return pending ? 1 : 0;
    }
}
