using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Engine.Xen.Store;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Devices;

/// <summary>Front ends that break rules get errors; the disk and other pages stay as they were.</summary>
[TestFixture]
public sealed class HostileBlockTests
{
    private const int Sectors = 64;

    private MemoryDisk _disk = null!;
    private TestFrontEnd _guest = null!;
    private uint _page;

    [SetUp]
    public void SetUp()
    {
        _guest = new TestFrontEnd(_disk = new MemoryDisk(Sectors));
        _guest.Connect();
        _page = _guest.Grant(_guest.NewPage());
    }

    [TearDown]
    public void TearDown() => _guest.Dispose();

    [TestCase(0, 8)]
    [TestCase(8, 8)]
    [TestCase(5, 4)]
    [TestCase(255, 255)]
    [TestCase(0, 255)]
    public void Segments_lie_within_a_page(int first, int last) => Refused(id => Requests.Transfer(BlockOperation.Write, id, 0, (_page, first, last)));

    [TestCase(64ul)]
    [TestCase(63ul)]
    [TestCase(ulong.MaxValue)]
    [TestCase(ulong.MaxValue - 1)]
    [TestCase(1ul << 55)]
    public void Sectors_lie_on_the_disk(ulong sector) => Assert.Multiple(() =>
    {
        Refused(id => Requests.Transfer(BlockOperation.Write, id, sector, (_page, 0, 1)));
        Refused(id => Requests.Transfer(BlockOperation.Read, id, sector, (_page, 0, 1)));
        Refused(id => Requests.Discard(id, sector, 2));
    });

    [TestCase(0ul, 65ul)]
    [TestCase(1ul, ulong.MaxValue)]
    [TestCase(2ul, ulong.MaxValue - 1)]
    public void Discards_lie_on_the_disk(ulong sector, ulong count) => Refused(id => Requests.Discard(id, sector, count));

    [Test]
    public void Grants_that_are_none_are_errors() => Assert.Multiple(() =>
    {
        foreach (uint reference in (uint[])[_page + 1, 1000, 1024, uint.MaxValue, 0])
        {
            Refused(id => Requests.Transfer(BlockOperation.Write, id, 0, (_page, 0, 0), (reference, 0, 0)));
            Assert.That(_guest.Execute(Requests.Transfer(BlockOperation.Read, 1, 0, (reference, 0, 0))).Status, Is.EqualTo(BlockStatus.Error));
            Refused(id => Requests.Indirect(BlockOperation.Write, id, 0, 1, reference));
        }
    });

    [Test]
    public void A_page_granted_to_another_is_not_used() =>
        Refused(id => Requests.Transfer(BlockOperation.Write, id, 0, (_guest.Grant(_guest.NewPage(), to: 5), 0, 0)));

    [Test]
    public void A_page_granted_for_reading_is_not_written()
    {
        MachineFrame page = _guest.NewPage();
        _guest.Bytes(page).Fill(0x33);
        Assert.That(_guest.Execute(Requests.Transfer(BlockOperation.Read, 1, 0, (_guest.Grant(page, readOnly: true), 0, 7))).Status, Is.EqualTo(BlockStatus.Error));
        Assert.That(_guest.Bytes(page).IndexOfAnyExcept((byte)0x33), Is.EqualTo(-1));
    }

    [Test]
    public void A_page_table_is_not_written()
    {
        MachineFrame page = _guest.NewPage();
        Assert.That(_guest.Domain.PageTypes.Take(page, _guest.Domain, PageType.L1), Is.Zero);
        Array.Fill(_disk.Bytes, (byte)0xff);
        Assert.That(_guest.Execute(Requests.Transfer(BlockOperation.Read, 1, 0, (_guest.Grant(page), 0, 7))).Status, Is.EqualTo(BlockStatus.Error));
        Assert.That(_guest.Bytes(page).IndexOfAnyExcept((byte)0), Is.EqualTo(-1));
    }

    [Test]
    public void A_frame_of_nobodys_is_not_read() => Assert.Multiple(() =>
    {
        foreach (ulong frame in (ulong[])[0, 1_000_000, uint.MaxValue])
            Refused(id => Requests.Transfer(BlockOperation.Write, id, 0, (_guest.Grant(new MachineFrame(frame)), 0, 0)));
    });

    [Test]
    public void Counts_of_segments_have_limits() => Assert.Multiple(() =>
    {
        byte[] many = Requests.Transfer(BlockOperation.Write, 1, 0, (_page, 0, 0));
        many[1] = 12;
        Refused(id => many);
        Refused(id => Requests.Transfer(BlockOperation.Write, id, 0));
        Assert.That(_guest.Execute(Requests.Transfer(BlockOperation.Read, 1, 0)).Status, Is.EqualTo(BlockStatus.Error));
        uint list = _guest.Grant(_guest.NewPage());
        Refused(id => Requests.Indirect(BlockOperation.Write, id, 0, 257, list));
        Refused(id => Requests.Indirect(BlockOperation.Write, id, 0, 65535, list));
        Refused(id => Requests.Indirect(BlockOperation.Write, id, 0, 0, list));
    });

    [TestCase(BlockOperation.FlushCache)]
    [TestCase(BlockOperation.Discard)]
    [TestCase(BlockOperation.Indirect)]
    [TestCase((BlockOperation)200)]
    public void An_indirect_request_reads_or_writes(BlockOperation inner) => Refused(id => Requests.Indirect(inner, id, 0, 1, _page));

    [TestCase(4)]
    [TestCase(7)]
    [TestCase(255)]
    public void An_unknown_request_is_not_supported(int operation)
    {
        TestResponse response = _guest.Execute(Requests.Transfer((BlockOperation)operation, 9, 0, (_page, 0, 0)));
        Assert.That(response, Is.EqualTo(new TestResponse(9, (BlockOperation)operation, BlockStatus.NotSupported)));
    }

    [TestCase(33u)]
    [TestCase(0x80000000u)]
    [TestCase(uint.MaxValue)]
    public void A_producer_that_makes_no_sense_ends_the_ring(uint producer)
    {
        _guest.SetIndex(SharedRingLayout.RequestProducer, producer);
        _guest.Notify();
        Assert.Multiple(() =>
        {
            Assert.That(_guest.Read("state"), Is.EqualTo("5"));
            Assert.That(_guest.Log, Has.One.Contains("more than it holds"));
            Assert.That(_disk.Done, Is.Empty);
            Assert.That(_guest.BackEnd.NextDeadline, Is.Null);
        });
        _guest.SetIndex(SharedRingLayout.RequestProducer, 1);
        Assert.That(_guest.Notify, Throws.Nothing);
        Assert.That(_guest.BackEnd.NextDeadline, Is.Null, "nobody listens any more");
    }

    /// <summary>More requests than entries, of which the first wait for their answer: they would overwrite each other.</summary>
    [Test]
    public void Unanswered_requests_count()
    {
        for (ulong id = 0; id < 20; id++)
            _guest.Put(Requests.Transfer(BlockOperation.FlushCache, id, 0));
        _guest.Notify();
        _guest.SetIndex(SharedRingLayout.RequestProducer, 33);
        _guest.Notify();
        Assert.That(_guest.Read("state"), Is.EqualTo("5"));
    }

    [Test]
    public void A_producer_that_goes_back_ends_the_ring()
    {
        _guest.Put(Requests.Transfer(BlockOperation.FlushCache, 1, 0));
        _guest.Put(Requests.Transfer(BlockOperation.FlushCache, 2, 0));
        _guest.Notify();
        _guest.SetIndex(SharedRingLayout.RequestProducer, 1);
        _guest.Notify();
        Assert.That(_guest.Read("state"), Is.EqualTo("5"));
    }

    /// <summary>A page that receives a read may be the ring itself: what the back end has taken is not taken again.</summary>
    [Test]
    public void A_read_into_the_ring_does_no_harm()
    {
        new Random(2).NextBytes(_disk.Bytes);
        uint ring = uint.Parse(_guest.Ask(XenstoreOperation.Read, "device/vbd/51712/ring-ref\0"));
        _guest.Put(Requests.Transfer(BlockOperation.Read, 1, 0, (ring, 0, 7)));
        Assert.That(_guest.Notify, Throws.Nothing);
        Assert.That(_guest.PassTime, Throws.Nothing);
    }

    [Test]
    public void The_hosts_errors_are_errors_for_the_guest_and_said_once()
    {
        _disk.Failure = new IOException("No space left on device");
        for (int i = 0; i < 3; i++)
            Refused(id => Requests.Transfer(BlockOperation.Write, id, 0, (_page, 0, 0)));
        Refused(id => Requests.Transfer(BlockOperation.FlushCache, id, 0));
        Assert.Multiple(() =>
        {
            Assert.That(_guest.Log, Has.Exactly(2).Contains("disk xvda: ").And.Exactly(2).Contains("No space left on device"));
            Assert.That(_guest.Log, Has.Count.EqualTo(2));
        });
        _disk.Failure = null;
        Assert.That(_guest.Execute(Requests.Transfer(BlockOperation.Write, 1, 0, (_page, 0, 0))).Status, Is.EqualTo(BlockStatus.Okay));
    }

    [Test]
    public void Random_rings_do_no_harm()
    {
        var random = new Random(17);
        byte[] entry = new byte[BlockRingLayout.EntrySize];
        for (int i = 0; i < 3000; i++)
        {
            random.NextBytes(entry);
            entry[0] = (byte)random.Next(8);
            if (random.Next(4) != 0)
            {
                // Plausible ones reach further than noise.
                entry[1] = (byte)random.Next(13);
                BitConverter.TryWriteBytes(entry.AsSpan(16), (ulong)random.Next(80));
                for (int segment = 0; segment < 11; segment++)
                    Requests.Segment(entry.AsSpan(24 + (segment * 8)), ((uint)random.Next(8, 20), random.Next(9), random.Next(9)));
            }

            _guest.Put(entry);
            if (random.Next(5) == 0)
            {
                _guest.Notify();
                _guest.PassTime();
            }
        }

        Assert.That(_guest.Domain.IsDown, Is.False);
    }

    /// <summary>The request is answered with an error and changes nothing.</summary>
    private void Refused(Func<ulong, byte[]> request)
    {
        byte[] before = [.. _disk.Bytes];
        _disk.Done.Clear();
        Assert.That(_guest.Execute(request(1)).Status, Is.EqualTo(BlockStatus.Error));
        Assert.That(_disk.Done, Is.Empty);
        Assert.That(_disk.Bytes, Is.EqualTo(before));
    }
}
