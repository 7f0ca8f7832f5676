using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>What to compile as one method: blocks of one page and mode, connected by direct branches.</summary>
/// <param name="Blocks">The blocks; index 0 is the one that became hot.</param>
/// <param name="Entries">Indices of blocks at which the method may be entered; at least 0 is among them.</param>
public sealed record RegionPlan(IReadOnlyList<MicroBlock> Blocks, IReadOnlyList<int> Entries)
{
    public int InstructionCount => Blocks.Sum(b => b.InstructionCount);
}
