using System.Buffers.Binary;
using Rebound.Engine.Abi;
using Rebound.Engine.Xen.Machine;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Events;

/// <summary>
/// The FIFO ABI: an event word per port in pages that the guest gives, and per virtual processor sixteen queues whose words are linked by
/// port numbers, with heads and a bitmap of the queues to look at in a control block. Xen appends, the guest takes from the front.
/// </summary>
internal sealed class FifoEvents(Domain domain) : IEventDelivery
{
    private readonly List<MachineFrame> _pages = [];
    private readonly Dictionary<int, ControlBlock> _blocks = [];
    private readonly Dictionary<int, PortState> _ports = [];

    public int Ports => EventChannelLimits.FifoPorts;

    /// <summary>Ports that have an event word.</summary>
    private int Words => _pages.Count * FifoEventLayout.WordsPerPage;

    public void Open(int port) => StateOf(port).Priority = FifoEventLayout.DefaultPriority;

    /// <summary>Remembers an event of before the switch to this ABI, to be raised once its word is there.</summary>
    public void Remember(int port) => StateOf(port).RaisedWithoutWord = true;

    /// <summary>Gives a processor its control block.</summary>
    /// <returns>0, or -EINVAL if it has one or the page cannot be held writable.</returns>
    public long MapControlBlock(int vcpu, MachineFrame frame, uint offset)
    {
        if (_blocks.ContainsKey(vcpu) || domain.PageTypes.Take(frame, domain, PageType.Writable) < 0)
            return -Errno.EINVAL;
        _blocks.Add(vcpu, new ControlBlock(frame, (int)offset));
        return 0;
    }

    /// <summary>Adds words for 1024 more ports, and raises what was waiting for them.</summary>
    /// <param name="frame">The page.</param>
    /// <param name="bound">Which of the new ports are bound, with the processors they notify.</param>
    public long AddPage(MachineFrame frame, Func<int, Vcpu?> bound)
    {
        if (_pages.Count == FifoEventLayout.MaximumPages)
            return -Errno.ENOSPC;
        if (domain.PageTypes.Take(frame, domain, PageType.Writable) < 0)
            return -Errno.EINVAL;
        int first = Words;
        _pages.Add(frame);
        for (int port = first; port < Words; port++)
        {
            if (_ports.TryGetValue(port, out PortState? state) && state.RaisedWithoutWord && bound(port) is { } vcpu)
                SetPending(port, vcpu);
        }

        return 0;
    }

    /// <summary>Lets go of every page.</summary>
    public void Release()
    {
        foreach (MachineFrame page in _pages)
            domain.PageTypes.Drop(page);
        foreach (ControlBlock block in _blocks.Values)
            domain.PageTypes.Drop(block.Frame);
        _pages.Clear();
        _blocks.Clear();
    }

    public bool SetPending(int port, Vcpu vcpu)
    {
        PortState state = StateOf(port);
        if (port >= Words)
        {
            state.RaisedWithoutWord = true;
            return false;
        }

        // Without a control block there is nobody to be told: a guest must have one before it unmasks.
        if (!_blocks.TryGetValue(vcpu.Id, out ControlBlock? block))
            return false;
        uint word = ReadWord(port);
        bool first = (word & FifoEventLayout.Pending) == 0;
        word |= FifoEventLayout.Pending;
        bool link = (word & (FifoEventLayout.Masked | FifoEventLayout.Linked)) == 0;
        WriteWord(port, link ? word | FifoEventLayout.Linked : word);
        if (link)
            Append(port, state, vcpu, block);
        return first;
    }

    public void ClearPending(int port)
    {
        // A linked port stays in its queue: the guest skips what is not pending.
        if (port < Words)
            WriteWord(port, ReadWord(port) & ~FifoEventLayout.Pending);
    }

    public void Unmask(int port, Vcpu vcpu)
    {
        if (port >= Words)
            return;
        uint word = ReadWord(port) & ~FifoEventLayout.Masked;
        WriteWord(port, word);
        if ((word & FifoEventLayout.Pending) != 0)
            SetPending(port, vcpu);
    }

    public bool IsPending(int port) => port < Words && (ReadWord(port) & FifoEventLayout.Pending) != 0;

    public bool IsMasked(int port) => port >= Words || (ReadWord(port) & FifoEventLayout.Masked) != 0;

    public bool IsBusy(int port) => port < Words && (ReadWord(port) & FifoEventLayout.Linked) != 0;

    public long SetPriority(int port, uint priority)
    {
        if (priority > FifoEventLayout.LowestPriority)
            return -Errno.EINVAL;
        // What is in a queue already stays there.
        StateOf(port).Priority = priority;
        return 0;
    }

    private PortState StateOf(int port)
    {
        if (!_ports.TryGetValue(port, out PortState? state))
            _ports.Add(port, state = new PortState());
        return state;
    }

    /// <summary>Puts a port that has just become linked at the end of its queue.</summary>
    private void Append(int port, PortState state, Vcpu vcpu, ControlBlock block)
    {
        // A port that was last in its old queue and moves must not be appended to there any more.
        if (_blocks.TryGetValue(state.LastVcpu, out ControlBlock? old) && old.Tails[state.LastPriority] == port)
            old.Tails[state.LastPriority] = 0;
        uint queue = state.Priority;
        (state.LastVcpu, state.LastPriority) = (vcpu.Id, queue);
        bool appended = block.Tails[queue] != 0 && TryLink(block.Tails[queue], port);
        if (!appended)
            WriteHead(block, queue, (uint)port);
        block.Tails[queue] = port;
        if (appended)
            return;
        Span<byte> ready = domain.Memory.WritableSpan(block.Frame, block.Offset + FifoEventLayout.Ready, sizeof(uint));
        uint bits = BinaryPrimitives.ReadUInt32LittleEndian(ready);
        if ((bits & (1u << (int)queue)) != 0)
            return;
        BinaryPrimitives.WriteUInt32LittleEndian(ready, bits | (1u << (int)queue));
        EventChannels.MarkPending(vcpu);
    }

    /// <summary>Makes the tail's word point at a port; false if the guest has taken the tail out meanwhile, so that the queue is empty.</summary>
    private bool TryLink(int tail, int port)
    {
        uint word = ReadWord(tail);
        if ((word & FifoEventLayout.Linked) == 0)
            return false;
        WriteWord(tail, (word & ~(FifoEventLayout.Busy | FifoEventLayout.LinkMask)) | (uint)port);
        return true;
    }

    private void WriteHead(ControlBlock block, uint queue, uint port) => BinaryPrimitives.WriteUInt32LittleEndian(
        domain.Memory.WritableSpan(block.Frame, block.Offset + FifoEventLayout.Heads + ((int)queue * sizeof(uint)), sizeof(uint)), port);

    private uint ReadWord(int port) =>
        BinaryPrimitives.ReadUInt32LittleEndian(domain.Memory.Span(_pages[port / FifoEventLayout.WordsPerPage])[OffsetOf(port)..]);

    private void WriteWord(int port, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(
        domain.Memory.WritableSpan(_pages[port / FifoEventLayout.WordsPerPage], OffsetOf(port), sizeof(uint)), value);

    private static int OffsetOf(int port) => port % FifoEventLayout.WordsPerPage * sizeof(uint);

    /// <summary>Where a processor's queues begin, and where Xen knows them to end.</summary>
    private sealed record ControlBlock(MachineFrame Frame, int Offset)
    {
        /// <summary>Last port appended to each queue; 0: none yet.</summary>
        public int[] Tails { get; } = new int[FifoEventLayout.Priorities];
    }

    private sealed class PortState
    {
        public uint Priority { get; set; } = FifoEventLayout.DefaultPriority;

        /// <summary>The queue the port was last put into.</summary>
        public int LastVcpu { get; set; }

        public uint LastPriority { get; set; }

        /// <summary>An event came while the word was not there.</summary>
        public bool RaisedWithoutWord { get; set; }
    }
}
