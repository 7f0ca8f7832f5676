using Rebound.Jit.Cpu;
using Rebound.Jit.Emit;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Runtime;

/// <summary>
/// Chooses what is compiled together with a hot block: the blocks of its page that direct branches reach, up to the bounds of
/// <see cref="ExecutionOptions"/>. Return points of calls and loop heads become entries, because execution comes back to them from outside.
/// </summary>
internal sealed class RegionSelector(ExecutionOptions options)
{
    /// <param name="head">The block that became hot.</param>
    /// <param name="find">Gives the block at an address of the same page, or null if it should stay outside: not lifted, or cold.</param>
    public CompileJob Select(TranslatedBlock head, Func<ulong, TranslatedBlock?> find)
    {
        List<TranslatedBlock> blocks = [head];
        Dictionary<ulong, int> index = new() { [head.Block.Rip] = 0 };
        SortedSet<int> entries = [0];
        int instructions = head.Block.InstructionCount;
        // A block whose instruction crosses the page depends on two frames; it is compiled alone.
        for (int i = 0; i < blocks.Count && head.SecondFrame == MachineFrame.Invalid; i++)
        {
            Terminal terminal = blocks[i].Block.Terminal;
            switch (terminal.Kind)
            {
                case TerminalKind.Jump:
                    Visit(terminal.Target, i, false);
                    break;
                case TerminalKind.Branch:
                case TerminalKind.BranchNonZero:
                    Visit(terminal.Next, i, false);
                    Visit(terminal.Target, i, false);
                    break;
            }

            if (terminal.IsCall)
                Visit(terminal.Next, i, true);
        }

        RegionPlan plan = new([.. blocks.Select(b => b.Block)], [.. entries]);
        return new CompileJob(plan, [.. blocks]);

        void Visit(ulong rip, int from, bool entry)
        {
            if (!index.TryGetValue(rip, out int known))
            {
                if (rip == 0 || ((rip ^ head.Block.Rip) & ~GuestMemory.FrameMask) != 0 || blocks.Count >= options.MaxRegionBlocks)
                    return;
                TranslatedBlock? block = find(rip);
                if (block is not { Valid: true } || block.SecondFrame != MachineFrame.Invalid || block.Block.Mode != head.Block.Mode
                    || instructions + block.Block.InstructionCount > options.MaxRegionInstructions)
                    return;
                known = blocks.Count;
                index[rip] = known;
                blocks.Add(block);
                instructions += block.Block.InstructionCount;
            }
            else if (rip <= blocks[from].Block.Rip)
            {
                // A backward branch: its target is a loop head, which the interpreter may be in the middle of.
                entry = true;
            }

            if (entry)
                entries.Add(known);
        }
    }
}
