using Rebound.Engine.Abi;
using Rebound.Jit.Cpu;

namespace Rebound.Engine.Xen.Trampoline;

/// <summary>The user registers frame that the literal code left on Xen's stack, from r15 to ss, in memory order.</summary>
public sealed class LiteralFrame(ulong[] words)
{
    /// <summary>Words of the frame: 15 registers, the vector word, rip, cs, rflags, rsp, ss.</summary>
    public const int WordCount = (CpuUserRegsLayout.Ss / sizeof(ulong)) + 1;

    /// <summary>The word at a byte offset (<see cref="CpuUserRegsLayout"/>).</summary>
    public ulong this[int offset] => words[offset / sizeof(ulong)];

    /// <summary>The entry vector, the upper half of its word.</summary>
    public uint EntryVector => (uint)(this[CpuUserRegsLayout.ErrorCode] >> 32);

    /// <summary>The seven words that create_bounce_frame pushes for a guest from this frame, lowest address first.</summary>
    /// <param name="upcallMask">The mask byte of vcpu_info.</param>
    public ulong[] BounceWords(byte upcallMask) =>
    [
        this[CpuUserRegsLayout.Rcx],
        this[CpuUserRegsLayout.R11],
        this[CpuUserRegsLayout.Rip],
        (ushort)this[CpuUserRegsLayout.Cs] | ((ulong)upcallMask << 32),
        (this[CpuUserRegsLayout.Rflags] & ~Rflags.IF) | (upcallMask == 0 ? Rflags.IF : 0),
        this[CpuUserRegsLayout.Rsp],
        (ushort)this[CpuUserRegsLayout.Ss],
    ];
}
