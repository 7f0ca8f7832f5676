using System.Buffers.Binary;
using System.Text;
using NUnit.Framework;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Store;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Store;

[TestFixture]
public class XenstoreRingTests
{
    private const ushort Guest = 1;

    private GuestMemory _memory = null!;
    private XenstoreServer _server = null!;
    private XenstoreRing _ring = null!;

    private static MachineFrame Frame => new(1);

    [SetUp]
    public void SetUp()
    {
        _memory = new GuestMemory(2);
        var output = new Queue<XenstoreMessage>();
        _server = new XenstoreServer(Guest, output);
        _server.Write($"/local/domain/{Guest}", "", XenstorePermissions.OwnedBy(Guest));
        _ring = new XenstoreRing(_memory, Frame, _server, output);
    }

    [TearDown]
    public void TearDown() => _memory.Dispose();

    [Test]
    public void Nothing_to_do_moves_nothing() => Assert.That(_ring.Pump(), Is.False);

    [Test]
    public void A_request_is_answered()
    {
        _server.Write($"/local/domain/{Guest}/name", "me");
        Put(new XenstoreMessage(XenstoreOperation.Read, 5, 0, "name\0"u8.ToArray()).ToBytes());
        Assert.That(_ring.Pump(), Is.True);
        XenstoreMessage reply = Take();
        Assert.That((reply.Operation, reply.RequestId, Encoding.ASCII.GetString(reply.Payload)), Is.EqualTo((XenstoreOperation.Read, 5u, "me")));
    }

    [Test]
    public void A_request_may_come_byte_by_byte_and_across_the_rings_end()
    {
        for (uint round = 0; round < 60; round++)
        {
            foreach (byte part in new XenstoreMessage(XenstoreOperation.GetDomainPath, round, 0, "9\0"u8.ToArray()).ToBytes())
            {
                Put([part]);
                _ring.Pump();
            }

            Assert.That(Take().RequestId, Is.EqualTo(round));
        }
    }

    [Test]
    public void A_reply_longer_than_the_ring_comes_in_pieces()
    {
        string value = new('v', 2000);
        _server.Write($"/local/domain/{Guest}/long", value);
        Put(new XenstoreMessage(XenstoreOperation.Read, 1, 0, "long\0"u8.ToArray()).ToBytes());
        _ring.Pump();
        Assert.That(Encoding.ASCII.GetString(Take().Payload), Is.EqualTo(value));
    }

    [Test]
    public void A_message_that_is_too_long_ends_the_conversation()
    {
        byte[] header = new byte[XenstoreMessage.HeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), XenstoreMessage.LargestPayload + 1);
        Put(header);
        _ring.Pump();
        Assert.That((_ring.Failure, Word(StoreRingLayout.Error)), Is.Not.EqualTo(((string?)null, 0u)));
        Assert.That(_ring.Pump(), Is.False);
    }

    [TestCase(StoreRingLayout.RequestProducer)]
    [TestCase(StoreRingLayout.ResponseConsumer)]
    public void Indices_that_make_no_sense_end_the_conversation(int index)
    {
        _server.Write($"/local/domain/{Guest}/x", "");
        SetWord(index, 0x80000000);
        Put(new XenstoreMessage(XenstoreOperation.Read, 1, 0, "x\0"u8.ToArray()).ToBytes());
        _ring.Pump();
        Assert.That(_ring.Failure, Does.StartWith("xenstore: "));
    }

    [Test]
    public void Random_pages_do_no_harm()
    {
        var random = new Random(3);
        for (int i = 0; i < 300; i++)
        {
            SetUp();
            random.NextBytes(_memory.WritableSpan(Frame));
            // Half of them with plausible indices, so that the garbage is read as messages.
            if (i % 2 == 0)
            {
                uint start = (uint)random.Next();
                SetWord(StoreRingLayout.RequestConsumer, start);
                SetWord(StoreRingLayout.RequestProducer, start + (uint)random.Next(StoreRingLayout.RingSize));
                SetWord(StoreRingLayout.ResponseConsumer, start);
                SetWord(StoreRingLayout.ResponseProducer, start);
            }

            Assert.That(() => _ring.Pump(), Throws.Nothing);
            _memory.Dispose();
        }

        SetUp();
    }

    private void Put(byte[] bytes)
    {
        uint producer = Word(StoreRingLayout.RequestProducer);
        foreach (byte value in bytes)
            _memory.WritableSpan(Frame)[StoreRingLayout.Request + (int)(producer++ % StoreRingLayout.RingSize)] = value;
        SetWord(StoreRingLayout.RequestProducer, producer);
    }

    /// <summary>Reads one message as a guest does, giving room back as it reads.</summary>
    private XenstoreMessage Take()
    {
        var bytes = new List<byte>();
        while (bytes.Count < XenstoreMessage.HeaderSize || bytes.Count < XenstoreMessage.HeaderSize + XenstoreMessage.PayloadLength([.. bytes]))
        {
            uint consumer = Word(StoreRingLayout.ResponseConsumer);
            Assert.That(consumer, Is.Not.EqualTo(Word(StoreRingLayout.ResponseProducer)), "the reply ends early");
            bytes.Add(_memory.Span(Frame)[StoreRingLayout.Response + (int)(consumer % StoreRingLayout.RingSize)]);
            SetWord(StoreRingLayout.ResponseConsumer, consumer + 1);
            _ring.Pump();
        }

        return XenstoreMessage.FromBytes([.. bytes]);
    }

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_memory.Span(Frame)[offset..]);

    private void SetWord(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_memory.WritableSpan(Frame)[offset..], value);
}
