using Rebound.Jit.Ir;

namespace Rebound.Jit.Emit;

/// <summary>
/// Which upper halves of vector registers are known to be zero. Most AVX code is of 128 bits, or scalar, and does nothing with upper halves but make them zero
/// again and again. A register of which a region does no more than that has a local of 128 bits, and its upper half is cleared in the state, where this is not
/// known to have been done: in a loop that is the first time only, because the entry is a copy of the loop's head.
/// </summary>
internal static class UpperHalves
{
    private const ulong Unreached = ulong.MaxValue;

    /// <summary>Fills <see cref="RegionNode.UppersZero"/>.</summary>
    public static void Find(IReadOnlyList<RegionNode> nodes)
    {
        ulong[] known = new ulong[nodes.Count];
        for (int i = 0; i < known.Length; i++)
            known[i] = nodes[i].IsEntry ? 0 : Unreached;
        bool changed = true;
        while (changed)
        {
            changed = false;
            for (int i = 0; i < known.Length; i++)
            {
                ulong end = Walk(nodes[i], known[i]);
                foreach (int successor in nodes[i].Successors)
                {
                    ulong merged = known[successor] & end;
                    changed |= merged != known[successor];
                    known[successor] = merged;
                }
            }
        }

        for (int i = 0; i < known.Length; i++)
            Walk(nodes[i], known[i]);
    }

    private static ulong Walk(RegionNode node, ulong known)
    {
        ReadOnlySpan<MicroOp> ops = node.Block.OpSpan;
        for (int k = 0; k < ops.Length; k++)
        {
            node.UppersZero[k] = known;
            ulong zeroed = MicroOpOperands.ZeroedUppers(ops[k]);
            if (zeroed == 0 && MicroOpTable.Row(ops[k].Code).AllVectors)
                known = 0;
            known |= zeroed;
        }

        return known;
    }
}
