using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Rebound.Engine.Abi;
using Rebound.Engine.Disks;
using Rebound.Engine.Tests.Events;
using Rebound.Engine.Xen;
using Rebound.Engine.Xen.Devices.Block;
using Rebound.Engine.Xen.Store;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Tests.Devices;

/// <summary>A guest's half of a disk, played by a test: its pages, its grants, its ring, what it writes into the store.</summary>
internal sealed class TestFrontEnd : IDisposable
{
    private const uint FirstReference = 8;
    private const int Pages = 700;

    private readonly TestDomain _guest;
    private readonly Queue<XenstoreMessage> _output = new();
    private readonly List<MachineFrame> _granted = [];
    private MachineFrame[] _ring = [];
    private ulong _nextPage;
    private uint _responses;
    private uint _store;

    public TestFrontEnd(IDisk disk, int index = 0, int vcpus = 1)
    {
        _guest = new TestDomain(vcpus, Pages);
        Domain.Log = Log.Add;
        Domain.Grants.TryGrow(2);
        Store = new XenstoreServer(Domain.Id, _output);
        Store.Write(Store.Home, "", XenstorePermissions.ReadableBy(Domain.Id));
        BackEnd = new BlockBackEnd(Domain, Store, disk, index);
    }

    public Domain Domain => _guest.Domain;

    public XenstoreServer Store { get; }

    public BlockBackEnd BackEnd { get; }

    public List<string> Log { get; } = [];

    public uint Port { get; private set; }

    public int Entries { get; private set; }

    /// <summary>The request producer as the guest has it.</summary>
    public uint Produced { get; set; }

    /// <summary>A page of the guest's.</summary>
    public MachineFrame NewPage()
    {
        Domain.TryPopulate(new PseudoPhysicalFrame(_nextPage++), out MachineFrame frame);
        return frame;
    }

    public Span<byte> Bytes(MachineFrame frame) => Domain.Memory.WritableSpan(frame);

    /// <summary>Grants a page to the control domain.</summary>
    public uint Grant(MachineFrame frame, bool readOnly = false, ushort to = DomainId.Control)
    {
        uint reference = FirstReference + (uint)_granted.Count;
        _granted.Add(frame);
        Span<byte> entry = Domain.Memory.WritableSpan(Domain.Grants[(int)(reference / 512)], (int)(reference % 512) * 8, 8);
        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)(GrantFlags.PermitAccess | (readOnly ? GrantFlags.ReadOnly : 0)));
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], to);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)frame.Number);
        return reference;
    }

    /// <summary>What the entry of a grant says, with the marks of its use.</summary>
    public ushort GrantEntryFlags(uint reference) =>
        BinaryPrimitives.ReadUInt16LittleEndian(Domain.Memory.Span(Domain.Grants[(int)(reference / 512)])[((int)(reference % 512) * 8)..]);

    /// <summary>Writes a node of the front end's, as the guest.</summary>
    public void Write(string name, object value) => Ask(XenstoreOperation.Write, $"{BackEnd.FrontEndPath}/{name}\0{Convert.ToString(value, CultureInfo.InvariantCulture)}");

    /// <summary>Reads a node of the back end's, as the guest.</summary>
    public string Read(string name) => Ask(XenstoreOperation.Read, $"{BackEnd.BackEndPath}/{name}\0");

    /// <summary>Sends a request to the store and returns the reply's text.</summary>
    public string Ask(XenstoreOperation operation, string payload)
    {
        Store.Handle(new XenstoreMessage(operation, ++_store, 0, Encoding.Latin1.GetBytes(payload)));
        XenstoreMessage reply;
        do
            reply = _output.Dequeue();
        while (reply.Operation == XenstoreOperation.WatchEvent);
        return Encoding.Latin1.GetString(reply.Payload);
    }

    /// <summary>Paths of the watch events since the last look.</summary>
    public List<string> TakeEvents()
    {
        List<string> paths = [.. _output.Where(message => message.Operation == XenstoreOperation.WatchEvent).Select(message => Encoding.Latin1.GetString(message.Payload).Split('\0')[0])];
        _output.Clear();
        return paths;
    }

    /// <summary>Makes a ring of 2^order pages and writes it down, all but the state.</summary>
    public void OfferRing(int order = 0)
    {
        _ring = [.. Enumerable.Range(0, 1 << order).Select(_ => NewPage())];
        Entries = order switch { 0 => 32, 1 => 64, 2 => 128, 3 => 256, _ => 512 };
        SetIndex(SharedRingLayout.RequestEvent, 1);
        SetIndex(SharedRingLayout.ResponseEvent, 1);
        Produced = _responses = 0;
        Port = (uint)Domain.Events.AllocateUnbound(DomainId.Control);
        Domain.Events.Unmask(Port);
        if (order > 0)
            Write("ring-page-order", order);
        for (int i = 0; i < _ring.Length; i++)
            Write(order == 0 ? "ring-ref" : $"ring-ref{i}", Grant(_ring[i]));
        Write("event-channel", Port);
        Write("protocol", "x86_64-abi");
    }

    /// <summary>Connects as a front end does.</summary>
    public void Connect(int order = 0)
    {
        OfferRing(order);
        Write("state", 3);
        Write("state", 4);
    }

    /// <summary>Puts a request into the ring without telling anybody.</summary>
    public void Put(ReadOnlySpan<byte> request)
    {
        WriteEntry(Produced++, request);
        SetIndex(SharedRingLayout.RequestProducer, Produced);
    }

    public long Notify() => Domain.Events.Send(Port);

    /// <summary>Lets time pass until everything is answered.</summary>
    public void PassTime()
    {
        while (BackEnd.NextDeadline is { } deadline)
        {
            Domain.Clock.SkipTo(deadline);
            BackEnd.Fire(Domain.Clock.Now);
        }
    }

    /// <summary>Puts a request, notifies, waits, and returns the only response.</summary>
    public TestResponse Execute(ReadOnlySpan<byte> request)
    {
        Put(request);
        Notify();
        PassTime();
        List<TestResponse> responses = TakeResponses();
        return responses.Count == 1 ? responses[0] : throw new InvalidOperationException($"{responses.Count} responses");
    }

    /// <summary>The responses that have come since.</summary>
    public List<TestResponse> TakeResponses()
    {
        var responses = new List<TestResponse>();
        uint end = Index(SharedRingLayout.ResponseProducer);
        byte[] entry = new byte[BlockRingLayout.EntrySize];
        for (; _responses != end; _responses++)
        {
            ReadEntry(_responses, entry);
            responses.Add(new TestResponse(
                BinaryPrimitives.ReadUInt64LittleEndian(entry),
                (BlockOperation)entry[BlockRingLayout.ResponseOperation],
                (BlockStatus)BinaryPrimitives.ReadInt16LittleEndian(entry.AsSpan(BlockRingLayout.ResponseStatus))));
        }

        return responses;
    }

    public uint Index(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(Domain.Memory.Span(_ring[0])[offset..]);

    public void SetIndex(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Bytes(_ring[0])[offset..], value);

    /// <summary>True if the event is pending; it is not any more then.</summary>
    public bool TakeEvent()
    {
        MachineAddress word = Domain.SharedInfoFrame.Address + (ulong)(SharedInfoLayout.EventPending + (int)(Port / 64 * 8));
        ulong bits = Domain.Memory.Read64(word);
        Domain.Memory.Write64(word, bits & ~(1UL << (int)(Port % 64)));
        return (bits >> (int)(Port % 64) & 1) != 0;
    }

    public void Dispose() => _guest.Dispose();

    private void WriteEntry(uint index, ReadOnlySpan<byte> bytes)
    {
        int offset = SharedRingLayout.Entries + ((int)(index % (uint)Entries) * BlockRingLayout.EntrySize);
        foreach (byte value in bytes)
        {
            Bytes(_ring[offset / 4096])[offset % 4096] = value;
            offset++;
        }
    }

    private void ReadEntry(uint index, Span<byte> bytes)
    {
        int offset = SharedRingLayout.Entries + ((int)(index % (uint)Entries) * BlockRingLayout.EntrySize);
        for (int i = 0; i < bytes.Length; i++, offset++)
            bytes[i] = Bytes(_ring[offset / 4096])[offset % 4096];
    }
}

/// <summary>A response as the guest reads it.</summary>
internal readonly record struct TestResponse(ulong Id, BlockOperation Operation, BlockStatus Status);
