using Rebound.Jit.Cpu;
using Rebound.Jit.Ir;

namespace Rebound.Jit.Runtime;

/// <summary>What identifies a translation: addresses are baked into micro-ops, so the virtual address is part of it.</summary>
internal readonly record struct BlockKey(ulong Rip, ulong Frame, BlockMode Mode);

/// <summary>A lifted block and what the runtime knows of it. Owned by one <see cref="BlockCache"/>.</summary>
internal sealed class TranslatedBlock(MicroBlock block, MachineFrame frame, MachineFrame secondFrame)
{
    /// <summary>Successors in the same page, found once. Fields, so that one method fills either.</summary>
    public TranslatedBlock? TargetLink;
    public TranslatedBlock? NextLink;

    public MicroBlock Block { get; } = block;

    public MachineFrame Frame { get; } = frame;

    /// <summary>The next page's frame if the block's only instruction crosses into it, else <see cref="MachineFrame.Invalid"/>.</summary>
    public MachineFrame SecondFrame { get; } = secondFrame;

    public BlockKey Key => new(Block.Rip, Frame.Number, Block.Mode);

    /// <summary>False once its bytes have changed. Links to it are checked against this.</summary>
    public bool Valid { get; set; } = true;

    /// <summary>Times interpreted since it was lifted.</summary>
    public int Heat { get; set; }

    /// <summary>How much of <see cref="Heat"/> the looks for something to compile have forgotten.</summary>
    public int HeatSeen { get; set; }

    /// <summary>True from becoming a candidate for compilation until the result is installed or dropped.</summary>
    public bool Queued { get; set; }

    /// <summary>Compiled code that can be entered at this block.</summary>
    public CompiledRegion? Region { get; set; }

    public int EntryIndex { get; set; }

    /// <summary>Budget below which <see cref="Region"/> refuses to start here.</summary>
    public long EntryBudget { get; set; }

    /// <summary>Every installed region that contains this block's code.</summary>
    public List<CompiledRegion> Regions { get; } = [];

    /// <summary>Byte range of the block in its first frame.</summary>
    public int FrameOffset => (int)(Block.Rip & GuestMemory.FrameMask);

    public int FirstFrameLength => Math.Min(Block.ByteLength, GuestMemory.FrameSize - FrameOffset);
}
