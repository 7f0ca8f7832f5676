using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Events;
using Rebound.Engine.Xen.Store;

namespace Rebound.Engine.Tests.Devices;

/// <summary>The nodes and states of a disk in the store.</summary>
[TestFixture]
public sealed class BlockHandshakeTests
{
    private MemoryDisk _disk = null!;
    private TestFrontEnd _guest = null!;

    [SetUp]
    public void SetUp() => _guest = new TestFrontEnd(_disk = new MemoryDisk(4096));

    [TearDown]
    public void TearDown() => _guest.Dispose();

    [Test]
    public void A_disk_waits_with_all_it_has_to_say() => Assert.Multiple(() =>
    {
        Assert.That(_guest.BackEnd.BackEndPath, Is.EqualTo("/local/domain/0/backend/vbd/1/51712"));
        Assert.That(_guest.BackEnd.FrontEndPath, Is.EqualTo("/local/domain/1/device/vbd/51712"));
        foreach ((string name, string value) in ((string, string)[])[
            ("state", "2"), ("dev", "xvda"), ("mode", "w"), ("frontend", _guest.BackEnd.FrontEndPath), ("frontend-id", "1"), ("online", "1"),
            ("sectors", "4096"), ("sector-size", "512"), ("physical-sector-size", "4096"), ("info", "0"), ("feature-flush-cache", "1"),
            ("feature-barrier", "1"), ("feature-discard", "1"), ("discard-granularity", "4096"), ("feature-max-indirect-segments", "256"),
            ("feature-persistent", "0"), ("max-ring-page-order", "4"), ("multi-queue-max-queues", "1")])
        {
            Assert.That(_guest.Read(name), Is.EqualTo(value), name);
        }

        foreach ((string name, string value) in ((string, string)[])[
            ("state", "1"), ("backend", _guest.BackEnd.BackEndPath), ("backend-id", "0"), ("virtual-device", "51712"), ("device-type", "disk")])
        {
            Assert.That(_guest.Ask(XenstoreOperation.Read, $"device/vbd/51712/{name}\0"), Is.EqualTo(value), name);
        }

        Assert.That(_guest.Ask(XenstoreOperation.Write, $"{_guest.BackEnd.BackEndPath}/state\04"), Is.EqualTo("EACCES\0"), "the guest only reads it");
    });

    [Test]
    public void A_disk_that_cannot_be_written_says_so()
    {
        using var guest = new TestFrontEnd(new MemoryDisk(8) { IsReadOnly = true, CanDiscard = false }, index: 1);
        Assert.Multiple(() =>
        {
            foreach ((string name, string value) in ((string, string)[])[
                ("dev", "xvdb"), ("mode", "r"), ("info", "4"), ("feature-flush-cache", "0"), ("feature-barrier", "0"), ("feature-discard", "0")])
            {
                Assert.That(guest.Read(name), Is.EqualTo(value), name);
            }

            Assert.That(guest.BackEnd.FrontEndPath, Does.EndWith("/51728"));
        });
    }

    [TestCase(0, "xvda", 51712u)]
    [TestCase(15, "xvdp", 51952u)]
    [TestCase(16, "xvdq", 268439552u)]
    [TestCase(25, "xvdz", 268441856u)]
    public void Disks_have_the_names_and_numbers_that_front_ends_know(int index, string name, uint number)
    {
        using var guest = new TestFrontEnd(_disk, index);
        Assert.That((guest.BackEnd.Name, guest.Ask(XenstoreOperation.Read, $"device/vbd/{number}/virtual-device\0")), Is.EqualTo((name, $"{number}")));
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(4)]
    public void A_front_end_connects(int order)
    {
        _guest.Ask(XenstoreOperation.Watch, $"{_guest.BackEnd.BackEndPath}/state\0t\0");
        _guest.TakeEvents();
        _guest.Connect(order);
        Assert.Multiple(() =>
        {
            Assert.That(_guest.Read("state"), Is.EqualTo("4"));
            Assert.That(_guest.TakeEvents(), Is.Empty, "the events came before the replies that were read");
            Assert.That(_guest.Domain.Events.Status(_guest.Port)!.Value.State, Is.EqualTo(ChannelState.Interdomain));
            Assert.That(_guest.Log, Is.Empty);
        });
    }

    [Test]
    public void The_guest_hears_of_the_back_ends_state()
    {
        _guest.Ask(XenstoreOperation.Watch, $"{_guest.BackEnd.BackEndPath}/state\0t\0");
        _guest.TakeEvents();
        _guest.OfferRing();
        _guest.Store.Handle(new XenstoreMessage(XenstoreOperation.Write, 1, 0, System.Text.Encoding.ASCII.GetBytes($"{_guest.BackEnd.FrontEndPath}/state\03")));
        Assert.That(_guest.TakeEvents(), Is.EqualTo(new[] { $"{_guest.BackEnd.BackEndPath}/state" }));
    }

    [Test]
    public void A_front_end_may_write_its_nodes_in_a_transaction()
    {
        _guest.OfferRing();
        uint transaction = uint.Parse(_guest.Ask(XenstoreOperation.TransactionStart, "\0").TrimEnd('\0'));
        _guest.Store.Handle(new XenstoreMessage(
            XenstoreOperation.Write, 1, transaction, System.Text.Encoding.ASCII.GetBytes($"{_guest.BackEnd.FrontEndPath}/state\03")));
        Assert.That(_guest.BackEnd.State, Is.EqualTo(XenbusState.InitWait));
        _guest.Store.Handle(new XenstoreMessage(XenstoreOperation.TransactionEnd, 2, transaction, "T\0"u8.ToArray()));
        Assert.That(_guest.BackEnd.State, Is.EqualTo(XenbusState.Connected));
    }

    [Test]
    public void A_disk_closes_with_its_front_end_and_lets_everything_go()
    {
        _guest.Connect();
        uint ring = uint.Parse(_guest.Ask(XenstoreOperation.Read, "device/vbd/51712/ring-ref\0"));
        Assert.That(_guest.GrantEntryFlags(ring) & GrantFlags.Writing, Is.Not.Zero, "the ring is mapped");
        _guest.Write("state", 5);
        Assert.That(_guest.Read("state"), Is.EqualTo("5"));
        _guest.Write("state", 6);
        Assert.Multiple(() =>
        {
            Assert.That(_guest.Read("state"), Is.EqualTo("6"));
            Assert.That(_guest.GrantEntryFlags(ring) & (GrantFlags.Reading | GrantFlags.Writing), Is.Zero);
            Assert.That(_guest.Domain.Events.Status(_guest.Port)!.Value.State, Is.EqualTo(ChannelState.Unbound));
        });
    }

    [Test]
    public void A_front_end_comes_back()
    {
        for (int round = 0; round < 5; round++)
        {
            _guest.Connect();
            Assert.That(_guest.Read("state"), Is.EqualTo("4"));
            uint page = _guest.Grant(_guest.NewPage());
            Assert.That(_guest.Execute(Requests.Transfer(BlockOperation.Read, 5, 0, (page, 0, 7))).Status, Is.EqualTo(BlockStatus.Okay));
            _guest.Write("state", 5);
            _guest.Write("state", 6);
            _guest.Write("state", 1);
            Assert.That(_guest.Read("state"), Is.EqualTo("2"));
        }
    }

    [Test]
    public void Responses_to_a_front_end_that_left_are_dropped()
    {
        _guest.Connect();
        _guest.Put(Requests.Transfer(BlockOperation.FlushCache, 1, 0));
        _guest.Notify();
        _guest.Write("state", 6);
        Assert.That(_guest.BackEnd.NextDeadline, Is.Null);
        Assert.That(_guest.TakeResponses(), Is.Empty);
    }

    [Test]
    public void Removing_the_front_ends_folder_closes_the_disk()
    {
        _guest.Connect();
        _guest.Ask(XenstoreOperation.Remove, $"{_guest.BackEnd.FrontEndPath}\0");
        Assert.That(_guest.Read("state"), Is.EqualTo("6"));
    }

    [TestCase("protocol", "x86_32-abi", "x86_32-abi")]
    [TestCase("ring-ref", "nonsense", "has no ring-ref")]
    [TestCase("ring-ref", "4711", "cannot be mapped (BadReference)")]
    [TestCase("ring-ref", "99999999999999999999", "has no ring-ref")]
    [TestCase("event-channel", "", "has no event-channel")]
    [TestCase("event-channel", "0", "waits for nobody")]
    [TestCase("event-channel", "4000000000", "waits for nobody")]
    [TestCase("ring-page-order", "5", "2^5 pages")]
    [TestCase("ring-page-order", "1", "has no ring-ref0")]
    [TestCase("multi-queue-num-queues", "0", "0 queues")]
    [TestCase("multi-queue-num-queues", "5", "5 queues")]
    [TestCase("multi-queue-num-queues", "2", "has no queue-0/")]
    public void A_front_end_that_writes_nonsense_is_closed(string node, string value, string why)
    {
        _guest.OfferRing();
        _guest.Write(node, value);
        _guest.Write("state", 3);
        Assert.Multiple(() =>
        {
            Assert.That(_guest.Read("state"), Is.EqualTo("5"));
            Assert.That(_guest.Log, Has.One.Contains(why));
            Assert.That(_guest.Notify(), Is.Not.Positive);
            Assert.That(_guest.BackEnd.NextDeadline, Is.Null);
        });

        // And is welcome when it knows better.
        _guest.Write("state", 6);
        foreach (string name in (string[])["ring-page-order", "multi-queue-num-queues"])
            _guest.Ask(XenstoreOperation.Remove, $"{_guest.BackEnd.FrontEndPath}/{name}\0");
        _guest.Write("state", 1);
        _guest.Connect();
        Assert.That(_guest.Read("state"), Is.EqualTo("4"));
    }

    /// <summary>Pages of a ring that were mapped before the wrong one are let go.</summary>
    [Test]
    public void A_ring_that_is_half_there_holds_nothing()
    {
        _guest.OfferRing(order: 2);
        uint first = uint.Parse(_guest.Ask(XenstoreOperation.Read, "device/vbd/51712/ring-ref0\0"));
        _guest.Write("ring-ref3", 4711);
        _guest.Write("state", 3);
        Assert.That(_guest.Read("state"), Is.EqualTo("5"));
        Assert.That(_guest.GrantEntryFlags(first) & (GrantFlags.Reading | GrantFlags.Writing), Is.Zero);
    }

    [Test]
    public void Every_state_from_every_state_does_no_harm()
    {
        var random = new Random(11);
        for (int i = 0; i < 2000; i++)
        {
            if (random.Next(8) == 0 && i < 500)
                _guest.OfferRing(random.Next(3));
            _guest.Write("state", random.Next(-1, 10));
            _guest.TakeEvents();
            Assert.That(_guest.BackEnd.State, Is.AnyOf(XenbusState.InitWait, XenbusState.Connected, XenbusState.Closing, XenbusState.Closed));
        }

        Assert.That(_guest.Domain.IsDown, Is.False);
    }

    [Test]
    public void The_same_ring_may_be_offered_again()
    {
        _guest.Connect();
        _guest.Put(Requests.Transfer(BlockOperation.FlushCache, 1, 0));
        _guest.Notify();
        _guest.PassTime();
        _guest.Write("state", 6);
        _guest.Write("state", 1);
        _guest.Write("state", 3);
        Assert.That(_guest.TakeResponses(), Has.Count.EqualTo(1));
        Assert.That(_guest.Execute(Requests.Transfer(BlockOperation.FlushCache, 2, 0)).Id, Is.EqualTo(2));
    }

    [Test]
    public void Two_queues_serve_two_processors()
    {
        using var guest = new TestFrontEnd(_disk, vcpus: 2);
        Assert.That(guest.Read("multi-queue-max-queues"), Is.EqualTo("2"));
        guest.Write("multi-queue-num-queues", 2);
        var ports = new List<uint>();
        for (int i = 0; i < 2; i++)
        {
            ports.Add((uint)guest.Domain.Events.AllocateUnbound(DomainId.Control));
            guest.Write($"queue-{i}/ring-ref", guest.Grant(guest.NewPage()));
            guest.Write($"queue-{i}/event-channel", ports[i]);
        }

        guest.Write("state", 3);
        Assert.That(guest.Read("state"), Is.EqualTo("4"));
        Assert.That(ports.Select(port => guest.Domain.Events.Status(port)!.Value.State), Is.All.EqualTo(ChannelState.Interdomain));
    }

    [Test]
    public void The_end_of_the_guest_flushes()
    {
        _guest.BackEnd.End();
        Assert.That(_disk.Done, Is.EqualTo(new[] { "flush" }));
        _disk.Failure = new IOException("no space");
        Assert.That(_guest.BackEnd.End, Throws.Nothing);
        Assert.That(_guest.Log, Has.One.Contains("no space"));
    }
}
