using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Releases;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Xen;

/// <summary>Frames given one by one and in runs, given back, and given again.</summary>
[TestFixture]
public sealed class MachineMemoryTests
{
    private MachineMemory _machine = null!;
    private Domain _domain = null!;

    [SetUp]
    public void SetUp()
    {
        _machine = new MachineMemory(MachineMemory.FramesFor(4096));
        _domain = new Domain(1, _machine, ReleaseCatalog.Find(ReleaseCatalog.DefaultName)!);
    }

    [TearDown]
    public void TearDown() => _machine.Dispose();

    [Test]
    public void Frames_of_a_run_are_like_frames_given_one_by_one()
    {
        Assert.That(_machine.TryAllocate(_domain, out MachineFrame single), Is.True);
        ulong free = _machine.FreeFrames;
        Assert.That(_machine.TryAllocateRun(_domain, 3000, out MachineFrame first), Is.True);
        Assert.That(_machine.TryAllocate(_domain, out MachineFrame behind), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(first.Number, Is.EqualTo(single.Number + 1));
            Assert.That(behind.Number, Is.EqualTo(first.Number + 3000));
            Assert.That(_machine.FreeFrames, Is.EqualTo(free - 3001));
            for (ulong i = 0; i < 3002; i++)
                Assert.That(_machine[new MachineFrame(single.Number + i)], Is.EqualTo(PageInfo.AllocatedTo(_domain)), $"frame {i}");
            Assert.That(_machine[new MachineFrame(behind.Number + 1)], Is.EqualTo(default(PageInfo)));
        });
    }

    [Test]
    public void A_run_that_the_machine_does_not_have_takes_nothing()
    {
        ulong free = _machine.FreeFrames;
        Assert.Multiple(() =>
        {
            Assert.That(_machine.TryAllocateRun(_domain, free + 1, out _), Is.False);
            Assert.That(_machine.FreeFrames, Is.EqualTo(free));
            Assert.That(_machine.TryAllocateRun(_domain, free, out _), Is.True);
            Assert.That(_machine.TryAllocate(_domain, out _), Is.False);
        });
    }

    [Test]
    public void A_run_beyond_the_limit_of_a_domain_is_refused()
    {
        _domain.MaximumPages = 10;
        Assert.Multiple(() =>
        {
            Assert.That(_domain.TryPopulateRun(11, out _), Is.False);
            Assert.That(_domain.TryPopulateRun(10, out _), Is.True);
            Assert.That(_domain.TryPopulateRun(1, out _), Is.False);
            Assert.That(_domain.Pages, Is.EqualTo(10));
        });
    }

    [Test]
    public void A_frame_given_back_loses_its_content_and_comes_again()
    {
        Assert.That(_domain.TryPopulateRun(_machine.FreeFrames, out MachineFrame first), Is.True);
        _domain.Place(first, new PseudoPhysicalFrame(7));
        _machine.Memory.WritableSpan(first).Fill(0xcc);
        long? before = _machine.Memory.ResidentBytes();
        _domain.Depopulate(first);
        long? after = _machine.Memory.ResidentBytes();
        Assert.That(_machine.TryAllocate(_domain, out MachineFrame again), Is.True);
        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(first));
            Assert.That(_machine.Memory.Span(again).IndexOfAnyExcept((byte)0), Is.Negative);
            Assert.That(_domain.PhysicalMap[new PseudoPhysicalFrame(7)], Is.EqualTo(MachineFrame.Invalid));
            Assert.That(_machine[again], Is.EqualTo(PageInfo.AllocatedTo(_domain)));
            if (OperatingSystem.IsLinux())
                Assert.That(before - after, Is.EqualTo(4096), "the host has the frame's memory back");
        });
    }

    [Test]
    public void The_physical_map_has_holes()
    {
        var map = new PhysicalMap();
        map[new PseudoPhysicalFrame(100)] = new MachineFrame(5);
        map[new PseudoPhysicalFrame(3)] = new MachineFrame(0xffff_fffe);
        map.Reserve(1000);
        map[new PseudoPhysicalFrame(500)] = new MachineFrame(6);
        map[new PseudoPhysicalFrame(100)] = MachineFrame.Invalid;
        Assert.Multiple(() =>
        {
            Assert.That(map.Length, Is.EqualTo(501));
            Assert.That(map[new PseudoPhysicalFrame(3)].Number, Is.EqualTo(0xffff_fffe));
            Assert.That(map[new PseudoPhysicalFrame(500)].Number, Is.EqualTo(6));
            foreach (ulong hole in (ulong[])[0, 99, 100, 101, 499, 501, ulong.MaxValue])
                Assert.That(map[new PseudoPhysicalFrame(hole)], Is.EqualTo(MachineFrame.Invalid), $"{hole}");
        });
    }
}
