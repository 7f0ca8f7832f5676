using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Runtime;

/// <summary>
/// All translations of one core, by key and by machine frame. It keeps the code masks of <see cref="GuestMemory"/> in step,
/// so that a store into translated code is noticed whichever mapping it goes through.
/// </summary>
internal sealed class BlockCache(GuestMemory memory)
{
    private readonly Dictionary<BlockKey, TranslatedBlock> _blocks = [];
    private readonly Dictionary<ulong, List<TranslatedBlock>> _byFrame = [];

    public int Count => _blocks.Count;

    public bool TryGet(BlockKey key, out TranslatedBlock? block) => _blocks.TryGetValue(key, out block);

    public TranslatedBlock Add(MicroBlock lifted, MachineFrame frame, MachineFrame second)
    {
        TranslatedBlock block = new(lifted, frame, second);
        _blocks[block.Key] = block;
        Attach(frame, block);
        memory.AddCode(frame, block.FrameOffset, block.FirstFrameLength);
        if (second != MachineFrame.Invalid)
        {
            Attach(second, block);
            memory.AddCode(second, 0, lifted.ByteLength - block.FirstFrameLength);
        }

        return block;
    }

    /// <summary>Installed regions made from blocks of a frame.</summary>
    public IEnumerable<CompiledRegion> RegionsOf(MachineFrame frame) =>
        _byFrame.TryGetValue(frame.Number, out List<TranslatedBlock>? blocks) ? blocks.SelectMany(b => b.Regions).Distinct() : [];

    /// <summary>True if a block contains any of the bytes.</summary>
    public bool Covers(MachineFrame frame, int offset, int length)
    {
        if (_byFrame.TryGetValue(frame.Number, out List<TranslatedBlock>? blocks))
        {
            foreach (TranslatedBlock block in blocks)
            {
                if (Overlaps(block, frame, offset, length))
                    return true;
            }
        }

        return false;
    }

    /// <summary>Drops the blocks that contain any of the bytes and returns them.</summary>
    public List<TranslatedBlock> Invalidate(MachineFrame frame, int offset, int length)
    {
        List<TranslatedBlock> dropped = [];
        if (!_byFrame.TryGetValue(frame.Number, out List<TranslatedBlock>? blocks))
            return dropped;
        foreach (TranslatedBlock block in blocks)
        {
            if (Overlaps(block, frame, offset, length))
                dropped.Add(block);
        }

        foreach (TranslatedBlock block in dropped)
            Remove(block);
        return dropped;
    }

    /// <summary>Drops everything and returns what was there.</summary>
    public List<TranslatedBlock> Clear()
    {
        List<TranslatedBlock> all = [.. _blocks.Values];
        foreach (TranslatedBlock block in all)
            block.Valid = false;
        ulong[] frames = [.. _byFrame.Keys];
        _blocks.Clear();
        _byFrame.Clear();
        foreach (ulong frame in frames)
            memory.RefreshCodeMask(new MachineFrame(frame));
        return all;
    }

    /// <summary>Granules of a frame that hold translated code.</summary>
    public ulong CodeMask(MachineFrame frame)
    {
        ulong mask = 0;
        if (_byFrame.TryGetValue(frame.Number, out List<TranslatedBlock>? list))
        {
            foreach (TranslatedBlock block in list)
            {
                (int start, int size) = RangeIn(block, frame);
                mask |= GuestMemory.GranuleMask(start, size);
            }
        }

        return mask;
    }

    private static bool Overlaps(TranslatedBlock block, MachineFrame frame, int offset, int length)
    {
        (int start, int size) = RangeIn(block, frame);
        return start < offset + length && offset < start + size;
    }

    private static (int Start, int Size) RangeIn(TranslatedBlock block, MachineFrame frame) => frame == block.Frame
        ? (block.FrameOffset, block.FirstFrameLength)
        : (0, block.Block.ByteLength - block.FirstFrameLength);

    private void Attach(MachineFrame frame, TranslatedBlock block)
    {
        if (!_byFrame.TryGetValue(frame.Number, out List<TranslatedBlock>? list))
            _byFrame[frame.Number] = list = [];
        list.Add(block);
    }

    private void Remove(TranslatedBlock block)
    {
        block.Valid = false;
        if (_blocks.TryGetValue(block.Key, out TranslatedBlock? current) && current == block)
            _blocks.Remove(block.Key);
        Detach(block.Frame, block);
        if (block.SecondFrame != MachineFrame.Invalid && block.SecondFrame != block.Frame)
            Detach(block.SecondFrame, block);
    }

    private void Detach(MachineFrame frame, TranslatedBlock block)
    {
        List<TranslatedBlock> list = _byFrame[frame.Number];
        list.Remove(block);
        if (list.Count == 0)
            _byFrame.Remove(frame.Number);
        memory.RefreshCodeMask(frame);
    }
}
