using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Runtime;

/// <summary>
/// Chooses what is compiled together with a hot block: the blocks of its page that direct branches reach, up to the bounds of
/// <see cref="ExecutionOptions"/>. Return points of calls and loop heads become entries, because execution comes back to them from outside.
/// Code that has a region of its own is linked to, not compiled again, unless it lies on a way back to the hot block: a loop belongs together.
/// </summary>
internal sealed class RegionSelector(ExecutionOptions options)
{
    /// <param name="head">The block that became hot.</param>
    /// <param name="find">Gives the block at an address of the same page, or null if it should stay outside: not lifted, or cold.</param>
    public CompileJob Select(TranslatedBlock head, Func<ulong, TranslatedBlock?> find)
    {
        Dictionary<ulong, List<ulong>> predecessors = [];
        List<TranslatedBlock> blocks = Reach(head, find, predecessors);
        if (blocks.Exists(b => b != head && b.Region != null))
        {
            HashSet<ulong> loop = LeadingTo(head.Block.Rip, predecessors);
            blocks = Reach(head, rip => find(rip) is { } block && (block.Region == null || loop.Contains(rip)) ? block : null, []);
        }

        RegionPlan plan = new([.. blocks.Select(b => b.Block)], Entries(blocks));
        return new CompileJob(plan, [.. blocks]);
    }

    /// <summary>The blocks that can be reached from the head within its page, nearest first, and from where each address is reached.</summary>
    private List<TranslatedBlock> Reach(TranslatedBlock head, Func<ulong, TranslatedBlock?> find, Dictionary<ulong, List<ulong>> predecessors)
    {
        List<TranslatedBlock> blocks = [head];
        HashSet<ulong> seen = [head.Block.Rip];
        int instructions = head.Block.InstructionCount;
        // A block whose instruction crosses the page depends on two frames; it is compiled alone.
        for (int i = 0; i < blocks.Count && head.SecondFrame == MachineFrame.Invalid; i++)
        {
            (ulong first, ulong second) = Successors(blocks[i].Block.Terminal);
            Visit(first, blocks[i].Block.Rip);
            Visit(second, blocks[i].Block.Rip);
        }

        return blocks;

        void Visit(ulong rip, ulong from)
        {
            if (rip == 0 || ((rip ^ head.Block.Rip) & ~GuestMemory.FrameMask) != 0)
                return;
            if (predecessors.TryGetValue(rip, out List<ulong>? known))
                known.Add(from);
            else
                predecessors[rip] = [from];
            if (blocks.Count >= options.MaxRegionBlocks || seen.Contains(rip))
                return;
            TranslatedBlock? block = find(rip);
            if (block is not { Valid: true } || block.SecondFrame != MachineFrame.Invalid || block.Block.Mode != head.Block.Mode
                || instructions + block.Block.InstructionCount > options.MaxRegionInstructions)
                return;
            seen.Add(rip);
            blocks.Add(block);
            instructions += block.Block.InstructionCount;
        }
    }

    private static HashSet<ulong> LeadingTo(ulong target, Dictionary<ulong, List<ulong>> predecessors)
    {
        HashSet<ulong> found = [];
        Stack<ulong> open = new([target]);
        while (open.TryPop(out ulong rip))
        {
            if (!found.Add(rip) || !predecessors.TryGetValue(rip, out List<ulong>? from))
                continue;
            foreach (ulong address in from)
                open.Push(address);
        }

        return found;
    }

    /// <summary>Indexes of the head, of loop heads, which the interpreter may be in the middle of, and of blocks behind calls; ascending.</summary>
    private static List<int> Entries(List<TranslatedBlock> blocks)
    {
        Dictionary<ulong, int> index = [];
        for (int i = 0; i < blocks.Count; i++)
            index[blocks[i].Block.Rip] = i;
        SortedSet<int> entries = [0];
        foreach (TranslatedBlock block in blocks)
        {
            Terminal terminal = block.Block.Terminal;
            (ulong first, ulong second) = Successors(terminal);
            foreach (ulong rip in (ReadOnlySpan<ulong>)[first, second])
            {
                if (index.TryGetValue(rip, out int target) && (rip <= block.Block.Rip || (terminal.IsCall && rip == terminal.Next)))
                    entries.Add(target);
            }
        }

        return [.. entries];
    }

    /// <summary>Where direct branches and returns from calls go on; 0 for none.</summary>
    private static (ulong First, ulong Second) Successors(Terminal terminal)
    {
        (ulong first, ulong second) = terminal.Kind switch
        {
            TerminalKind.Jump => (terminal.Target, 0UL),
            TerminalKind.Branch or TerminalKind.BranchNonZero => (terminal.Next, terminal.Target),
            _ => (0UL, 0UL),
        };
        return terminal.IsCall ? (first, terminal.Next) : (first, second);
    }
}
