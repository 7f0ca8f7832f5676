using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Store;

/// <summary>
/// Carries xenstore messages over the ring page that a domain shares with the store. The page is the guest's: indices out of
/// range or a message that is too long end the conversation, with the ring's error word set.
/// </summary>
public sealed class XenstoreRing
{
    private const int LargestBacklog = 64 * 1024;
    private const uint ProtocolError = 1;

    private readonly GuestMemory _memory;
    private readonly MachineFrame _frame;
    private readonly XenstoreServer _server;
    private readonly Queue<XenstoreMessage> _output;
    private readonly List<byte> _request = [];
    private byte[] _reply = [];
    private int _replySent;
    private bool _dead;

    /// <param name="memory">Machine memory.</param>
    /// <param name="frame">The ring page.</param>
    /// <param name="server">Answers requests into <paramref name="output"/>.</param>
    /// <param name="output">What is to be sent.</param>
    public XenstoreRing(GuestMemory memory, MachineFrame frame, XenstoreServer server, Queue<XenstoreMessage> output)
    {
        _memory = memory;
        _frame = frame;
        _server = server;
        _output = output;
    }

    /// <summary>The reason for which the conversation ended, or null.</summary>
    public string? Failure { get; private set; }

    /// <summary>Moves bytes both ways as far as possible and answers what is complete. True if any moved: then the guest is to be notified.</summary>
    public bool Pump()
    {
        bool moved = false;
        while (!_dead)
        {
            bool progress = Send();
            // A guest that does not read its replies gets no new ones.
            if (Backlog() < LargestBacklog)
                progress |= Receive();
            if (!progress)
                break;
            moved = true;
        }

        return moved;
    }

    private int Backlog()
    {
        int bytes = _reply.Length - _replySent;
        foreach (XenstoreMessage message in _output)
            bytes += XenstoreMessage.HeaderSize + message.Payload.Length;
        return bytes;
    }

    private uint Index(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_memory.Span(_frame)[offset..]);

    private void SetIndex(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_memory.WritableSpan(_frame, offset, 4), value);

    private bool Receive()
    {
        uint consumer = Index(StoreRingLayout.RequestConsumer);
        uint available = Index(StoreRingLayout.RequestProducer) - consumer;
        if (available > StoreRingLayout.RingSize)
            return Fail("the guest's request indices are inconsistent");
        if (available == 0)
            return false;
        ReadOnlySpan<byte> ring = _memory.Span(_frame).Slice(StoreRingLayout.Request, StoreRingLayout.RingSize);
        for (uint i = 0; i < available; i++)
            _request.Add(ring[(int)((consumer + i) % StoreRingLayout.RingSize)]);
        SetIndex(StoreRingLayout.RequestConsumer, consumer + available);
        return Answer();
    }

    /// <summary>Answers every complete message that has arrived.</summary>
    private bool Answer()
    {
        while (_request.Count >= XenstoreMessage.HeaderSize)
        {
            ReadOnlySpan<byte> bytes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_request);
            uint length = XenstoreMessage.PayloadLength(bytes);
            if (length > XenstoreMessage.LargestPayload)
                return Fail($"the guest sent a message of {length} bytes");
            int total = XenstoreMessage.HeaderSize + (int)length;
            if (bytes.Length < total)
                break;
            XenstoreMessage message = XenstoreMessage.FromBytes(bytes[..total]);
            _request.RemoveRange(0, total);
            _server.Handle(message);
        }

        return true;
    }

    private bool Send()
    {
        bool moved = false;
        while (true)
        {
            if (_replySent == _reply.Length)
            {
                if (!_output.TryDequeue(out XenstoreMessage next))
                    return moved;
                _reply = next.ToBytes();
                _replySent = 0;
            }

            uint producer = Index(StoreRingLayout.ResponseProducer);
            uint used = producer - Index(StoreRingLayout.ResponseConsumer);
            if (used > StoreRingLayout.RingSize)
                return Fail("the guest's response indices are inconsistent");
            int count = Math.Min(_reply.Length - _replySent, StoreRingLayout.RingSize - (int)used);
            if (count == 0)
                return moved;
            Span<byte> ring = _memory.WritableSpan(_frame, StoreRingLayout.Response, StoreRingLayout.RingSize);
            for (int i = 0; i < count; i++)
                ring[(int)((producer + (uint)i) % StoreRingLayout.RingSize)] = _reply[_replySent + i];
            _replySent += count;
            SetIndex(StoreRingLayout.ResponseProducer, producer + (uint)count);
            moved = true;
        }
    }

    private bool Fail(string reason)
    {
        _dead = true;
        Failure = "xenstore: " + reason;
        SetIndex(StoreRingLayout.Error, ProtocolError);
        return false;
    }
}
