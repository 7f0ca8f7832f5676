using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;

namespace Rebound.Jit.Runtime;

/// <content>When code is compiled, and how it comes and goes.</content>
public sealed unsafe partial class ExecutionCore
{
    /// <summary>
    /// Waits until what is queued for the background thread is compiled: the next run continues in it. For those who want to see code being
    /// promoted; nobody else has to wait. False if it takes longer than <paramref name="longest"/>.
    /// </summary>
    public bool WaitUntilCompiled(TimeSpan longest) => _queue == null || SpinWait.SpinUntil(
        () =>
        {
            if (_queue.HasRoom)
                CompileNext(forget: false);
            return _queue.IsIdle;
        },
        longest);

    /// <summary>Compiles at once (tier Jit), or counts and queues (tier Auto).</summary>
    private void ConsiderCompiling(TranslatedBlock block)
    {
        if (_options.Tier == Tier.Jit)
        {
            if (block.Queued)
                return;
            CompileJob job = Select(block, lift: true);
            Statistics.Activity = HostActivity.Compiling;
            Install(CompileQueue.Compile(_compiler, job));
            Statistics.Activity = HostActivity.Interpreting;
            return;
        }

        if (++block.Heat >= _options.HotThreshold && !block.Queued)
            _candidates.Add(block);
        if (!_candidates.IsEmpty && _queue!.HasRoom)
            CompileNext(forget: true);
    }

    private void CompileNext(bool forget)
    {
        if (_candidates.TakeHottest(forget) is { } block)
            _queue!.Add(Select(block, lift: false));
    }

    /// <summary>Blocks that run much less often than the head stay outside: compiling them costs more than leaving the region for them.</summary>
    private int WarmThreshold(TranslatedBlock head) => Math.Max(_options.WarmThreshold, head.Heat / _options.WarmShare);

    private CompileJob Select(TranslatedBlock head, bool lift) => _selector.Select(head, rip =>
    {
        if (!_cache.TryGet(new BlockKey(rip, head.Frame.Number, head.Block.Mode), out TranslatedBlock? known))
            return lift ? FindAhead(rip) : null;
        return lift || known!.Heat >= WarmThreshold(head) || known.Region != null ? known : null;
    });

    /// <summary>Lifts a block that has not been reached yet; the page is the one being executed, so nothing can fault but its end.</summary>
    private TranslatedBlock? FindAhead(ulong rip)
    {
        TranslatedBlock? block = Find(rip);
        _state->Exit = ExitReason.None;
        return block;
    }

    private void InstallResults()
    {
        while (_queue!.TryTake(out CompileResult? result))
            Install(result!);
    }

    private void Install(CompileResult result)
    {
        Statistics.CompileTicks += result.Ticks;
        TranslatedBlock[] blocks = result.Job.Blocks;
        TranslatedBlock head = blocks[0];
        head.Queued = result.Code == null;
        head.Heat = 0;
        if (result.Code == null)
            return;
        Statistics.RegionsCompiled++;
        Statistics.InstructionsCompiled += result.Job.Plan.InstructionCount;
        foreach (TranslatedBlock block in blocks)
        {
            // Written meanwhile: the code is late.
            if (!block.Valid)
                return;
        }

        CompiledRegion region = new(result.Code, blocks);
        foreach (TranslatedBlock block in blocks)
            block.Regions.Add(region);
        for (int i = 0; i < result.Job.Plan.Entries.Count; i++)
        {
            TranslatedBlock block = blocks[result.Job.Plan.Entries[i]];
            // A block keeps the region that it heads; others may take over an entry that has none.
            if (block.Region != null && block != head)
                continue;
            block.Region = region;
            block.EntryIndex = i;
            block.EntryBudget = result.Code.EntryBudgets[i];
        }
    }

    /// <summary>Patches a direct exit, if the block it leads to has compiled code.</summary>
    private void Link(LinkSlot* slot)
    {
        TranslatedBlock? target = _lookups[_context.ViewIndex].Find(slot->TargetRip, _context.ActiveView.Epoch);
        if (target?.Region is not { Valid: true } region || target.Block.Mode != _mode || !SamePage(target.Block.Rip, slot->TargetRip))
            return;
        CompiledRegion? owner = OwnerOf(target.Frame, slot);
        if (owner == null)
            return;
        slot->Entry = target.EntryIndex;
        slot->Code = region.Code.Pointer;
        region.Incoming.Add((owner, (nint)slot));
    }

    /// <summary>The installed region that a slot belongs to; null if it was dropped in the meantime.</summary>
    private CompiledRegion? OwnerOf(MachineFrame frame, LinkSlot* slot)
    {
        foreach (CompiledRegion region in _cache.RegionsOf(frame))
        {
            LinkSlot* first = region.Code.Links;
            if (slot >= first && slot < first + region.Code.LinkCount)
                return region;
        }

        return null;
    }

    private void DropRegions(TranslatedBlock block)
    {
        foreach (CompiledRegion region in block.Regions.ToArray())
        {
            region.Valid = false;
            region.Unlink();
            foreach (TranslatedBlock member in region.Blocks)
            {
                member.Regions.Remove(region);
                if (member.Region == region)
                    member.Region = null;
            }
        }
    }

    private void DropEverything()
    {
        foreach (TranslatedBlock block in _cache.Clear())
            DropRegions(block);
        foreach (BlockLookup lookup in _lookups)
            lookup.Clear();
        _context.FlushJumps();
    }
}
