using Rebound.Jit.Emit;

namespace Rebound.Jit.Runtime;

/// <summary>An installed region: its code, the blocks it was made of, and who links to it.</summary>
internal sealed unsafe class CompiledRegion(RegionCode code, TranslatedBlock[] blocks)
{
    public RegionCode Code { get; } = code;

    public TranslatedBlock[] Blocks { get; } = blocks;

    public bool Valid { get; set; } = true;

    /// <summary>Slots of other regions (and its own) that were linked to this one, with the region that owns each.</summary>
    public List<(CompiledRegion Owner, nint Slot)> Incoming { get; } = [];

    /// <summary>Takes back every link that leads here.</summary>
    public void Unlink()
    {
        foreach ((CompiledRegion _, nint slot) in Incoming)
            LinkSlot.Reset((LinkSlot*)slot);
        Incoming.Clear();
    }
}
