namespace Rebound.Jit.Judge;

/// <summary>Cuts a sequence that ends differently down to the instructions that make the difference.</summary>
public static class Minimiser
{
    /// <summary>Takes away instructions, one at a time and again from the start, while the sequence stays different.</summary>
    /// <param name="sequence">A sequence for which <paramref name="differs"/> holds.</param>
    /// <param name="differs">Tells whether a shorter one still ends differently.</param>
    public static Sequence Shorten(Sequence sequence, Func<Sequence, bool> differs)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            for (int i = sequence.Count - 1; i >= 0; i--)
            {
                Sequence shorter = sequence.Without(i);
                if (!differs(shorter))
                    continue;
                sequence = shorter;
                changed = true;
            }
        }

        return sequence;
    }
}
