namespace Rebound.Jit.Runtime;

/// <summary>
/// Blocks that are worth compiling, until their turn comes. In a burst of new code there are far more of them than the background thread can take, and compiling an instruction costs
/// as much as interpreting it some thousand times: the order decides how fast a kernel boots, and what is left out matters as much. So each look takes the block that ran most
/// of late, and forgets those that have stopped running.
/// </summary>
/// <param name="threshold">Executions that make a candidate; a forgotten block is half way to it again.</param>
internal sealed class CompileCandidates(int threshold)
{
    private readonly List<TranslatedBlock> _blocks = [];

    public bool IsEmpty => _blocks.Count == 0;

    public void Add(TranslatedBlock block)
    {
        block.Queued = true;
        block.HeatSeen = 0;
        _blocks.Add(block);
    }

    /// <summary>Takes out the block that ran most often since the last looks, or null if none is left.</summary>
    /// <param name="forget">True to drop what did not run of late; false to keep everything for later.</param>
    public TranslatedBlock? TakeHottest(bool forget)
    {
        TranslatedBlock? hottest = null;
        int most = -1;
        int kept = 0;
        for (int i = 0; i < _blocks.Count; i++)
        {
            TranslatedBlock? block = _blocks[i];
            int recent = block.Heat - block.HeatSeen;
            if (!block.Valid || block.Region != null || (forget && recent < threshold / 64))
            {
                block.Queued = false;
                block.Heat = Math.Min(block.Heat, threshold / 2);
                continue;
            }

            // The memory of earlier looks fades by half each time.
            block.HeatSeen += (recent + 1) / 2;
            if (recent > most)
            {
                most = recent;
                (block, hottest) = (hottest, block);
            }

            if (block != null)
                _blocks[kept++] = block;
        }

        _blocks.RemoveRange(kept, _blocks.Count - kept);
        return hottest;
    }
}
