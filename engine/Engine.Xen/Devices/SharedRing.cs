using System.Buffers.Binary;
using System.Numerics;
using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Devices;

/// <summary>
/// A ring of requests and responses in frames that the guest shares, from the back end's side. Everything in it can change whenever the guest runs:
/// requests are copied out before anybody looks at them, and the back end keeps its own indices.
/// </summary>
internal sealed class SharedRing
{
    private readonly GuestMemory _memory;
    private readonly MachineFrame[] _frames;
    private readonly int _entrySize;
    private uint _published;

    /// <param name="memory">Machine memory.</param>
    /// <param name="frames">The ring's frames, in order.</param>
    /// <param name="entrySize">Bytes of an entry.</param>
    public SharedRing(GuestMemory memory, MachineFrame[] frames, int entrySize)
    {
        _memory = memory;
        _frames = frames;
        _entrySize = entrySize;
        Entries = BitOperations.RoundUpToPowerOf2((uint)(((frames.Length * GuestMemory.FrameSize) - SharedRingLayout.Entries) / entrySize) + 1) >> 1;
        _published = Read(SharedRingLayout.ResponseProducer);
    }

    /// <summary>Entries of the ring, a power of two.</summary>
    public uint Entries { get; }

    /// <summary>Where the front end has got to with its requests.</summary>
    public uint RequestProducer => Read(SharedRingLayout.RequestProducer);

    /// <summary>Where the responses had got to when the ring was connected or they were last published.</summary>
    public uint ResponseProducer => _published;

    /// <summary>Asks the front end to notify when it makes that request.</summary>
    public void SetRequestEvent(uint index) => Write(SharedRingLayout.RequestEvent, index);

    /// <summary>Copies a request out.</summary>
    /// <param name="index">Which, as the indices count.</param>
    /// <param name="entry">Receives it: an entry's bytes.</param>
    public void ReadRequest(uint index, Span<byte> entry)
    {
        int offset = OffsetOf(index);
        int first = Math.Min(entry.Length, GuestMemory.FrameSize - (offset & (GuestMemory.FrameSize - 1)));
        _memory.Span(_frames[offset >> GuestMemory.FrameShift]).Slice(offset & (GuestMemory.FrameSize - 1), first).CopyTo(entry);
        if (first < entry.Length)
            _memory.Span(_frames[(offset >> GuestMemory.FrameShift) + 1])[..(entry.Length - first)].CopyTo(entry[first..]);
    }

    /// <summary>Puts a response in its place, where the front end does not look yet.</summary>
    public void WriteResponse(uint index, ReadOnlySpan<byte> response)
    {
        int offset = OffsetOf(index);
        int first = Math.Min(response.Length, GuestMemory.FrameSize - (offset & (GuestMemory.FrameSize - 1)));
        response[..first].CopyTo(_memory.WritableSpan(_frames[offset >> GuestMemory.FrameShift], offset & (GuestMemory.FrameSize - 1), first));
        if (first < response.Length)
            response[first..].CopyTo(_memory.WritableSpan(_frames[(offset >> GuestMemory.FrameShift) + 1], 0, response.Length - first));
    }

    /// <summary>Shows the front end the responses before this index.</summary>
    /// <returns>True if it asked to be notified of one of them.</returns>
    public bool Publish(uint index)
    {
        uint old = _published;
        _published = index;
        Write(SharedRingLayout.ResponseProducer, index);
        return index - Read(SharedRingLayout.ResponseEvent) < index - old;
    }

    private int OffsetOf(uint index) => SharedRingLayout.Entries + ((int)(index & (Entries - 1)) * _entrySize);

    private uint Read(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_memory.Span(_frames[0])[offset..]);

    private void Write(int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_memory.WritableSpan(_frames[0], offset, sizeof(uint)), value);
}
