using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Devices.Block;

/// <summary>One ring of a disk that is connected: takes requests, gives responses, notifies.</summary>
internal sealed class BlockQueue
{
    private readonly Domain _domain;
    private readonly BlockBackEnd _backEnd;
    private readonly SharedRing _ring;
    private readonly uint _port;
    private readonly Action _onSend;
    private uint _requestConsumer;
    private uint _responseProducer;
    private bool _consuming;
    private bool _left;

    /// <param name="domain">The guest.</param>
    /// <param name="backEnd">The disk.</param>
    /// <param name="frames">The ring's frames, mapped for writing as long as the queue is connected.</param>
    /// <param name="port">The guest's event channel.</param>
    public BlockQueue(Domain domain, BlockBackEnd backEnd, MachineFrame[] frames, uint port)
    {
        _domain = domain;
        _backEnd = backEnd;
        _ring = new SharedRing(domain.Memory, frames, BlockRingLayout.EntrySize);
        _port = port;
        _onSend = Consume;
        // A front end that comes back with the same ring goes on where responses ended.
        _requestConsumer = _responseProducer = _ring.ResponseProducer;
    }

    /// <summary>Puts the queue at the other end of the event channel; false if the guest's port is none that waits for it.</summary>
    public bool TryListen() => _domain.Events.TryConnectBackEnd(_port, _onSend);

    /// <summary>Leaves ring and event channel for good.</summary>
    public void Leave()
    {
        _left = true;
        _domain.Events.DisconnectBackEnd(_port, _onSend);
    }

    /// <summary>Takes all requests there are.</summary>
    public void Consume()
    {
        // What a request causes may send to this port again: the loop below sees to that.
        if (_left || _consuming)
            return;
        _consuming = true;
        Span<byte> entry = stackalloc byte[BlockRingLayout.EntrySize];
        uint producer = _ring.RequestProducer;
        do
        {
            uint unanswered = _requestConsumer - _responseProducer;
            if (producer - _requestConsumer > _ring.Entries - unanswered)
            {
                _backEnd.OnBrokenRing(producer, _requestConsumer);
                break;
            }

            while (_requestConsumer != producer)
            {
                _ring.ReadRequest(_requestConsumer++, entry);
                _backEnd.Execute(this, new BlockRequest(entry));
            }

            _ring.SetRequestEvent(_requestConsumer + 1);
            producer = _ring.RequestProducer;
        }
        while (producer != _requestConsumer);
        _consuming = false;
    }

    /// <summary>Puts a response into the ring; the front end sees it at the next <see cref="Publish"/>.</summary>
    public void Respond(ulong id, BlockOperation operation, BlockStatus status)
    {
        Span<byte> response = stackalloc byte[BlockRingLayout.ResponseSize];
        response.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(response, id);
        response[BlockRingLayout.ResponseOperation] = (byte)operation;
        BinaryPrimitives.WriteInt16LittleEndian(response[BlockRingLayout.ResponseStatus..], (short)status);
        _ring.WriteResponse(_responseProducer++, response);
    }

    /// <summary>Shows the responses and notifies the guest if it asked for that.</summary>
    public void Publish()
    {
        if (_ring.ResponseProducer != _responseProducer && _ring.Publish(_responseProducer))
            _domain.Events.Raise((int)_port);
    }
}
