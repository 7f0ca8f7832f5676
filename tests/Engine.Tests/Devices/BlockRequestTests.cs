using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Devices;

/// <summary>What requests do to the disk, to the guest's pages and to the ring.</summary>
[TestFixture]
public sealed class BlockRequestTests
{
    private const int Sectors = 8192;

    private MemoryDisk _disk = null!;
    private TestFrontEnd _guest = null!;

    [SetUp]
    public void SetUp()
    {
        _guest = new TestFrontEnd(_disk = new MemoryDisk(Sectors));
        new Random(5).NextBytes(_disk.Bytes);
        _guest.Connect();
    }

    [TearDown]
    public void TearDown() => _guest.Dispose();

    [Test]
    public void A_read_fills_the_sectors_named_and_no_others()
    {
        MachineFrame page = _guest.NewPage();
        _guest.Bytes(page).Fill(0xee);
        TestResponse response = _guest.Execute(Requests.Transfer(BlockOperation.Read, 77, 100, (_guest.Grant(page), 2, 4)));
        Assert.Multiple(() =>
        {
            Assert.That(response, Is.EqualTo(new TestResponse(77, BlockOperation.Read, BlockStatus.Okay)));
            Assert.That(_guest.Bytes(page)[1024..2560].SequenceEqual(_disk.Bytes.AsSpan(100 * 512, 3 * 512)));
            Assert.That(_guest.Bytes(page)[..1024].IndexOfAnyExcept((byte)0xee), Is.EqualTo(-1));
            Assert.That(_guest.Bytes(page)[2560..].IndexOfAnyExcept((byte)0xee), Is.EqualTo(-1));
        });
    }

    [Test]
    public void A_write_gathers_its_segments_into_one_access()
    {
        MachineFrame[] pages = [_guest.NewPage(), _guest.NewPage(), _guest.NewPage()];
        for (int i = 0; i < pages.Length; i++)
            _guest.Bytes(pages[i]).Fill((byte)(i + 1));
        TestResponse response = _guest.Execute(Requests.Transfer(
            BlockOperation.Write, 1, 8, (_guest.Grant(pages[2], readOnly: true), 0, 7), (_guest.Grant(pages[0]), 7, 7), (_guest.Grant(pages[1]), 0, 0)));
        byte[] expected = [.. Enumerable.Repeat((byte)3, 4096), .. Enumerable.Repeat((byte)1, 512), .. Enumerable.Repeat((byte)2, 512)];
        Assert.Multiple(() =>
        {
            Assert.That(response.Status, Is.EqualTo(BlockStatus.Okay));
            Assert.That(_disk.Done, Is.EqualTo(new[] { "write 8+10" }));
            Assert.That(_disk.Bytes.AsSpan(8 * 512, 10 * 512).SequenceEqual(expected));
        });
    }

    [TestCase(BlockOperation.Read)]
    [TestCase(BlockOperation.Write)]
    public void An_indirect_request_moves_up_to_a_mebibyte(BlockOperation operation)
    {
        const int segments = 256;
        MachineFrame list = _guest.NewPage();
        MachineFrame[] pages = [.. Enumerable.Range(0, segments).Select(_ => _guest.NewPage())];
        for (int i = 0; i < segments; i++)
        {
            new Random(i).NextBytes(_guest.Bytes(pages[i]));
            Requests.Segment(_guest.Bytes(list)[(i * 8)..], (_guest.Grant(pages[i]), 0, 7));
        }

        TestResponse response = _guest.Execute(Requests.Indirect(operation, 9, 1000, segments, _guest.Grant(list)));
        Assert.Multiple(() =>
        {
            Assert.That(response, Is.EqualTo(new TestResponse(9, operation, BlockStatus.Okay)), "the response names the operation inside");
            Assert.That(_disk.Done, Has.Count.EqualTo(1));
            for (int i = 0; i < segments; i++)
                Assert.That(_guest.Bytes(pages[i]).SequenceEqual(_disk.Bytes.AsSpan((1000 + (i * 8)) * 512, 4096)), $"page {i}");
        });
    }

    [Test]
    public void A_flush_flushes_and_may_carry_data()
    {
        uint page = _guest.Grant(_guest.NewPage());
        _guest.Execute(Requests.Transfer(BlockOperation.Write, 1, 0, (page, 0, 0)));
        _guest.Execute(Requests.Transfer(BlockOperation.FlushCache, 2, 0));
        _guest.Execute(Requests.Transfer(BlockOperation.FlushCache, 3, 4, (page, 0, 0)));
        _guest.Execute(Requests.Transfer(BlockOperation.WriteBarrier, 4, 5, (page, 0, 0)));
        _guest.Execute(Requests.Transfer(BlockOperation.WriteBarrier, 5, 0));
        Assert.That(_disk.Done, Is.EqualTo(new[] { "write 0+1", "flush", "flush", "write 4+1", "flush", "write 5+1", "flush", "flush" }));
    }

    /// <summary>The response to a flush comes after the flush, and both after all writes before it.</summary>
    [Test]
    public void Nothing_is_acknowledged_before_it_is_done()
    {
        uint page = _guest.Grant(_guest.NewPage());
        for (ulong id = 0; id < 5; id++)
            _guest.Put(Requests.Transfer(BlockOperation.Write, id, id, (page, 0, 0)));
        _guest.Put(Requests.Transfer(BlockOperation.FlushCache, 5, 0));
        _guest.Notify();
        Assert.That(_guest.TakeResponses(), Is.Empty);
        Assert.That(_disk.Done, Is.EqualTo(new[] { "write 0+1", "write 1+1", "write 2+1", "write 3+1", "write 4+1", "flush" }));
        _guest.PassTime();
        Assert.That(_guest.TakeResponses().Select(response => response.Id), Is.EqualTo(new ulong[] { 0, 1, 2, 3, 4, 5 }));
    }

    [Test]
    public void A_discard_gives_sectors_up()
    {
        TestResponse response = _guest.Execute(Requests.Discard(3, 16, 32));
        Assert.That(response, Is.EqualTo(new TestResponse(3, BlockOperation.Discard, BlockStatus.Okay)));
        Assert.That(_disk.Done, Is.EqualTo(new[] { "discard 16+32" }));
    }

    [Test]
    public void A_disk_that_cannot_discard_says_so()
    {
        using var guest = new TestFrontEnd(new MemoryDisk(64) { CanDiscard = false });
        guest.Connect();
        Assert.That(guest.Execute(Requests.Discard(3, 0, 8)).Status, Is.EqualTo(BlockStatus.NotSupported));
    }

    [Test]
    public void A_read_only_disk_refuses_every_write()
    {
        using var guest = new TestFrontEnd(new MemoryDisk(64) { IsReadOnly = true, CanDiscard = false });
        guest.Connect();
        uint page = guest.Grant(guest.NewPage());
        Assert.Multiple(() =>
        {
            foreach (BlockOperation operation in (BlockOperation[])[BlockOperation.Write, BlockOperation.FlushCache, BlockOperation.WriteBarrier])
                Assert.That(guest.Execute(Requests.Transfer(operation, 1, 0, (page, 0, 0))).Status, Is.EqualTo(BlockStatus.Error), $"{operation}");
            Assert.That(guest.Execute(Requests.Transfer(BlockOperation.Read, 1, 0, (page, 0, 0))).Status, Is.EqualTo(BlockStatus.Okay));
        });
    }

    [Test]
    public void Responses_come_at_a_time_that_the_host_has_no_part_in()
    {
        uint page = _guest.Grant(_guest.NewPage());
        ulong now = _guest.Domain.Clock.Now;
        _guest.Put(Requests.Transfer(BlockOperation.Read, 1, 0, (page, 0, 7)));
        _guest.Notify();
        ulong first = _guest.BackEnd.NextDeadline!.Value;
        Assert.That(first, Is.EqualTo(now + 20_000 + (4096 / 2)));
        _guest.BackEnd.Fire(first - 1);
        Assert.That(_guest.TakeResponses(), Is.Empty);
        _guest.BackEnd.Fire(first);
        Assert.That(_guest.TakeResponses(), Has.Count.EqualTo(1));
        Assert.That(_guest.BackEnd.NextDeadline, Is.Null);
    }

    [Test]
    public void The_guest_is_notified_when_it_asked_for_that()
    {
        byte[] flush = Requests.Transfer(BlockOperation.FlushCache, 1, 0);
        _guest.TakeEvent();
        _guest.Execute(flush);
        Assert.That(_guest.TakeEvent(), Is.True, "rsp_event is 1");
        _guest.Execute(flush);
        Assert.That(_guest.TakeEvent(), Is.False, "rsp_event has passed");
        _guest.SetIndex(SharedRingLayout.ResponseEvent, 4);
        _guest.Execute(flush);
        Assert.That(_guest.TakeEvent(), Is.False, "it waits for the fourth");
        _guest.Execute(flush);
        Assert.That(_guest.TakeEvent(), Is.True);
    }

    [Test]
    public void Several_responses_are_one_event()
    {
        for (ulong id = 0; id < 8; id++)
            _guest.Put(Requests.Transfer(BlockOperation.FlushCache, id, 0));
        _guest.Notify();
        _guest.TakeEvent();
        ulong last = _guest.Domain.Clock.Now + 1_000_000;
        _guest.BackEnd.Fire(last);
        Assert.That((_guest.TakeResponses().Count, _guest.TakeEvent()), Is.EqualTo((8, true)));
    }

    [Test]
    public void The_back_end_asks_to_be_told_of_the_next_request()
    {
        Assert.That(_guest.Index(SharedRingLayout.RequestEvent), Is.EqualTo(1));
        for (ulong id = 0; id < 3; id++)
            _guest.Put(Requests.Transfer(BlockOperation.FlushCache, id, 0));
        _guest.Notify();
        Assert.That(_guest.Index(SharedRingLayout.RequestEvent), Is.EqualTo(4));
    }

    [Test]
    public void Requests_that_came_before_the_connection_are_served()
    {
        using var guest = new TestFrontEnd(_disk);
        guest.OfferRing();
        guest.Put(Requests.Transfer(BlockOperation.FlushCache, 6, 0));
        guest.Write("state", 3);
        guest.PassTime();
        Assert.That(guest.TakeResponses().Single().Id, Is.EqualTo(6));
    }

    /// <summary>Entries of larger rings lie across the ends of pages; the whole ring is used several times over.</summary>
    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(3)]
    [TestCase(4)]
    public void Rings_of_every_size_go_round(int order)
    {
        using var guest = new TestFrontEnd(_disk);
        guest.Connect(order);
        MachineFrame page = guest.NewPage();
        uint reference = guest.Grant(page);
        ulong id = 0;
        for (int round = 0; round < 5; round++)
        {
            int count = round == 2 ? guest.Entries : (guest.Entries * 2 / 3) + round;
            ulong first = id;
            for (int i = 0; i < count; i++, id++)
                guest.Put(Requests.Transfer(BlockOperation.Read, id, id % Sectors, (reference, 3, 3)));
            guest.Notify();
            guest.PassTime();
            List<TestResponse> responses = guest.TakeResponses();
            Assert.That(responses.Select(response => response.Id), Is.EqualTo(Enumerable.Range((int)first, count).Select(number => (ulong)number)));
            Assert.That(responses.Select(response => response.Status), Is.All.EqualTo(BlockStatus.Okay));
            Assert.That(guest.Bytes(page)[1536..2048].SequenceEqual(_disk.Bytes.AsSpan((int)((id - 1) % Sectors) * 512, 512)));
        }
    }

    [Test]
    public void A_request_allocates_nothing()
    {
        using var guest = new TestFrontEnd(new QuietDisk());
        guest.Connect();
        byte[] request = Requests.Transfer(BlockOperation.Read, 1, 0, (guest.Grant(guest.NewPage()), 0, 7));
        long Cycle()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
            {
                guest.Put(request);
                guest.Notify();
                guest.PassTime();
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Cycle();
        Assert.That(Cycle(), Is.Zero);
    }

    private sealed class QuietDisk : Rebound.Engine.Disks.IDisk
    {
        public ulong Sectors => 64;

        public bool IsReadOnly => false;

        public bool CanDiscard => false;

        public void Read(ulong sector, Span<byte> destination) => destination.Clear();

        public void Write(ulong sector, ReadOnlySpan<byte> source)
        {
        }

        public void Flush()
        {
        }

        public void Discard(ulong sector, ulong count)
        {
        }

        public void Dispose()
        {
        }
    }
}
